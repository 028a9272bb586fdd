import type { JudgedObject } from '../policies/evaluation';

export type GeneratedPod = JudgedObject;

/** A pseudo-random generator (a linear congruential one of 32 bits), so that every run judges the same pods. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const IMAGES = [
  'registry.example/app:1',
  'registry.example/team/api@sha256:0',
  'docker.io/library/busybox',
  'nginx',
  'registry.example/db:15.2',
];
const CAPABILITIES = ['NET_BIND_SERVICE', 'NET_ADMIN', 'SYS_TIME', 'CHOWN'];
const VOLUMES: readonly JudgedObject[] = [
  { name: 'data', emptyDir: {} },
  { name: 'config', configMap: { name: 'config' } },
  { name: 'key', secret: { secretName: 'key' } },
  { name: 'host', hostPath: { path: '/var/log' } },
  { name: 'claim', persistentVolumeClaim: { claimName: 'claim' } },
];

/** Pods with one to five containers, some with init containers, volumes and every sort of security context, hardened or not. */
export function generatedPods(count: number, seed: number): readonly GeneratedPod[] {
  const below = generator(seed);
  const often = (): boolean => below(4) > 0;
  const pick = <T>(items: readonly T[]): T | undefined => items[below(items.length)];
  const container = (index: number): JudgedObject => ({
    name: `c${index}`,
    image: pick(IMAGES) ?? '',
    ...(often() ? { ports: [{ containerPort: 8080 + index }] } : {}),
    ...(often()
      ? { resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '128Mi' } } }
      : {}),
    env: Array.from({ length: below(6) }, (_, place) => ({ name: `KEY_${place}`, value: `value ${place}` })),
    ...(often() ? { livenessProbe: { httpGet: { path: '/', port: 8080 } } } : {}),
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
    ...(often()
      ? {
          securityContext: {
            privileged: below(20) === 0,
            allowPrivilegeEscalation: below(10) === 0,
            readOnlyRootFilesystem: often(),
            runAsNonRoot: often(),
            capabilities: { drop: ['ALL'], ...(below(5) === 0 ? { add: [pick(CAPABILITIES) ?? ''] } : {}) },
            seccompProfile: { type: 'RuntimeDefault' },
          },
        }
      : {}),
  });
  const containers = (number: number): JudgedObject[] => Array.from({ length: number }, (_, index) => container(index));
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${index}`,
      namespace: `ns-${below(50)}`,
      labels: { 'app.kubernetes.io/name': `app-${below(20)}`, 'app.kubernetes.io/instance': `i-${index}` },
      annotations: { note: 'generated' },
    },
    spec: {
      containers: containers(1 + below(5)),
      ...(below(3) === 0 ? { initContainers: containers(1) } : {}),
      volumes: VOLUMES.filter(() => below(3) > 0),
      serviceAccountName: 'app',
      automountServiceAccountToken: below(3) === 0,
      ...(below(10) === 0 ? { hostNetwork: true } : {}),
      ...(often() ? { securityContext: { runAsNonRoot: true, runAsUser: 1000 + below(3), fsGroup: 1000 } } : {}),
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    },
  }));
}
