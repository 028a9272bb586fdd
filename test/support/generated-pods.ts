import fc from 'fast-check';
import type { KubernetesObject } from '../../kubernetes/types';

/** How often a field is written at all. */
type Pick = <T>(...values: T[]) => fc.Arbitrary<T | undefined>;

function withWeight(absent: number): Pick {
  return (...values) =>
    fc.oneof(
      { arbitrary: fc.constant(undefined), weight: absent },
      { arbitrary: fc.constantFrom(...values), weight: 1 },
    );
}

const IMAGE = 'registry.example/app:1';
const LOCALHOST = { type: 'Localhost', localhostProfile: 'app' };
const DEFAULT = { type: 'RuntimeDefault' };
const UNCONFINED = { type: 'Unconfined' };
const SELINUX = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'spc_t', ''];
const SYSCTLS = ['kernel.shm_rmid_forced', 'net.ipv4.tcp_rmem', 'kernel.msgmax', 'net/ipv4/tcp_syncookies'];
const VOLUMES = [
  { emptyDir: {} },
  {},
  { configMap: { name: 'settings' } },
  { hostPath: { path: '/srv' } },
  { nfs: { server: 'files.example', path: '/srv' } },
  { projected: { sources: [] } },
];
const HANDLERS = [
  { httpGet: { port: 80 } },
  { httpGet: { port: 80, host: '' } },
  { httpGet: { port: 80, host: '127.0.0.1' } },
  { tcpSocket: { port: 80 } },
  { tcpSocket: { port: 80, host: 'node.example' } },
  { exec: { command: ['true'] } },
];
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/app';

function sharedContext(pick: Pick) {
  return {
    runAsNonRoot: pick(true, false),
    runAsUser: pick(0, 1000),
    seccompProfile: pick(DEFAULT, LOCALHOST, UNCONFINED),
    appArmorProfile: pick(DEFAULT, LOCALHOST, UNCONFINED),
    seLinuxOptions: pick<object>(
      ...SELINUX.map((type) => ({ type })),
      { level: 's0' },
      { user: 'root' },
      { role: 'sysadm_r' },
      { user: '', role: '' },
    ),
  };
}

function containerContext(pick: Pick) {
  return fc.record({
    ...sharedContext(pick),
    privileged: pick(true, false),
    allowPrivilegeEscalation: pick(true, false),
    procMount: pick('Default', 'Unmasked'),
    capabilities: pick<object>(
      { drop: ['ALL'] },
      { drop: ['NET_RAW', 'ALL'], add: ['NET_BIND_SERVICE'] },
      { drop: ['ALL'], add: ['CHOWN'] },
      { drop: ['all'], add: ['chown'] },
      { drop: [] },
      { add: ['SYS_ADMIN', 'NET_RAW'] },
    ),
  });
}

function podSpec(pick: Pick) {
  const container = (name: string) =>
    fc.record({
      name: fc.constant(name),
      image: fc.constant(IMAGE),
      securityContext: containerContext(pick),
      ports: pick<object[]>(
        [{ containerPort: 80 }],
        [{ containerPort: 80, hostPort: 80 }],
        [{ containerPort: 80, hostPort: 0 }],
      ),
      livenessProbe: pick<object>(...HANDLERS),
      lifecycle: pick<object>(...HANDLERS.map((preStop) => ({ preStop }))),
    });
  const setup = fc.record({
    name: fc.constant('setup'),
    image: fc.constant(IMAGE),
    securityContext: containerContext(pick),
  });
  return fc.record({
    os: pick({ name: 'linux' }, { name: 'windows' }),
    hostNetwork: pick(true, false),
    hostPID: pick(true, false),
    hostIPC: pick(true, false),
    hostUsers: pick(false),
    securityContext: fc.record({
      ...sharedContext(pick),
      sysctls: pick(...SYSCTLS.map((name) => [{ name, value: '1' }])),
    }),
    containers: fc.oneof(fc.tuple(container('app')), fc.tuple(container('app'), container('beside'))),
    initContainers: fc.oneof(fc.constant(undefined), fc.tuple(setup)),
    volumes: pick(...VOLUMES.map((volume) => [{ name: 'data', ...volume }])),
  });
}

/** Members that are written win over those of `base`; what is undefined vanishes as it does on the way to the API server. */
function over(base: object, written: object): object {
  return { ...base, ...Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined)) };
}

const POD_BASE = { runAsNonRoot: true, seccompProfile: DEFAULT };
const CONTAINER_BASE = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

function pods(pick: Pick, podBase: object, containerBase: object): fc.Arbitrary<KubernetesObject> {
  return fc
    .record({ spec: podSpec(pick), annotation: pick('unconfined', 'runtime/default', 'localhost/app') })
    .map(({ spec, annotation }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app', ...(annotation === undefined ? {} : { annotations: { [ANNOTATION]: annotation } }) },
      spec: {
        ...over({}, spec),
        securityContext: over(podBase, spec.securityContext),
        containers: spec.containers.map((container) => ({
          ...over({}, container),
          securityContext: over(containerBase, container.securityContext),
        })),
        ...(spec.initContainers === undefined
          ? {}
          : {
              initContainers: spec.initContainers.map((container) => ({
                ...container,
                securityContext: over(containerBase, container.securityContext),
              })),
            }),
      },
    }));
}

/**
 * Pods as people might write them: half of them good but for a thing or two, half of them with anything. Some the API server refuses as invalid.
 */
export const generatedPod: fc.Arbitrary<KubernetesObject> = fc.oneof(
  pods(withWeight(40), POD_BASE, CONTAINER_BASE),
  pods(withWeight(4), {}, {}),
);
