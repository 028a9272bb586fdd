import { imageOnNode } from '../../bench/real-bench';
import { listAt, stringAt, fieldsAt } from '../../kubernetes/json';
import type { JsonObject, KubernetesObject } from '../../kubernetes/types';
import { waitReady } from '../../kubernetes/wait';
import type { PodPlace, RealNode } from './real-node';

/** Of the port that a `server` pod listens on. */
export const SERVER_PORT = 8080;
const TRY_SECONDS = 3;

/** A pod as a participant would run one: legal at both grades, so that nothing but the network tells them apart. */
async function podOf(
  node: RealNode,
  image: 'base' | 'postgres',
  { uid, memory }: { readonly uid: number; readonly memory: string },
  container: JsonObject,
): Promise<JsonObject> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: uid,
      runAsGroup: uid,
      fsGroup: uid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: 'main',
        image: await imageOnNode(node.cluster.directory, image),
        resources: { requests: { cpu: '10m', memory }, limits: { cpu: '500m', memory } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        ...container,
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '128Mi' } }],
  };
}

/** Runs a pod that does nothing but wait for commands (`reach`, `lookUp`). */
export async function runClient(node: RealNode, namespace: string, name = 'client'): Promise<PodPlace> {
  const spec = await podOf(
    node,
    'base',
    { uid: 65_532, memory: '32Mi' },
    { command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'] },
  );
  await run(node, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
  return { namespace, pod: name };
}

/** Runs a pod of a participant's own that listens (a PostgreSQL on port 8080), with a Service of the same name in front of it. */
export async function runServer(node: RealNode, namespace: string, name = 'server'): Promise<Addresses> {
  const start =
    'initdb --pgdata=/tmp/data --auth=trust --no-sync >/tmp/initdb && ' +
    `exec postgres -D /tmp/data -c listen_addresses='*' -p ${SERVER_PORT} -c unix_socket_directories=/tmp -c fsync=off`;
  const labels = { app: name };
  const spec = await podOf(
    node,
    'postgres',
    { uid: 999, memory: '192Mi' },
    {
      command: ['/bin/sh', '-c', start],
      readinessProbe: {
        exec: { command: ['pg_isready', '-q', '-h', '127.0.0.1', '-p', String(SERVER_PORT)] },
        periodSeconds: 1,
      },
    },
  );
  const service = await node.admin.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: labels, ports: [{ port: SERVER_PORT, targetPort: SERVER_PORT }] },
  });
  const pod = await run(node, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec });
  return {
    pod: addressOf(pod, 'status', 'podIP'),
    service: addressOf(service, 'spec', 'clusterIP'),
  };
}

/** Runs a pod with PostgreSQL's client programs. */
export async function runPostgresPod(
  node: RealNode,
  namespace: string,
  name: string,
  container: JsonObject,
): Promise<PodPlace> {
  const spec = await podOf(node, 'postgres', { uid: 999, memory: '64Mi' }, container);
  await run(node, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec });
  return { namespace, pod: name };
}

export interface Addresses {
  readonly pod: string;
  readonly service: string;
}

async function run(node: RealNode, pod: KubernetesObject): Promise<KubernetesObject> {
  await node.admin.create(pod);
  const { name, namespace = '' } = pod.metadata;
  return waitReady(node.admin, { apiVersion: 'v1', kind: 'Pod', name, namespace }, { timeoutSeconds: 120 });
}

export async function podAddress(node: RealNode, { namespace, pod: name }: PodPlace): Promise<string> {
  const pod = await node.admin.get({ apiVersion: 'v1', kind: 'Pod', name, namespace });
  return addressOf(pod, 'status', 'podIP');
}

/** Address of the node, by which its kubelet is reached. */
export async function nodeAddress(node: RealNode): Promise<string> {
  for await (const object of node.admin.list('v1', 'Node'))
    for (const { type, address } of listAt(object, 'status', 'addresses'))
      if (type === 'InternalIP' && typeof address === 'string') return address;
  throw new Error('no node has an address');
}

function addressOf(object: KubernetesObject | undefined, part: string, field: string): string {
  const address = stringAt(fieldsAt(object, part), field);
  if (address === undefined) throw new Error(`${object?.metadata.name ?? 'nothing'} has no ${part}.${field}`);
  return address;
}

export type Reached = 'reached' | 'refused' | 'timed out' | 'no such name';

/** Whether a TCP connection to `host:port` comes about from inside the pod, within three seconds. What the other side says does not matter. */
export async function reach(node: RealNode, from: PodPlace, host: string, port: number): Promise<Reached> {
  const { stdout, stderr, code } = await node.inPod(from, [
    'curl',
    '--silent',
    '--insecure',
    '--output',
    '/dev/null',
    '--connect-timeout',
    String(TRY_SECONDS),
    '--max-time',
    String(TRY_SECONDS + 1),
    '--write-out',
    '%{exitcode} %{time_connect}',
    `${port === 443 || port === 6443 || port === 10_250 ? 'https' : 'http'}://${host}:${port}/`,
  ]);
  const [exit, connected] = stdout.split(' ').map(Number);
  if (connected !== undefined && connected > 0) return 'reached';
  if (exit === 28) return 'timed out';
  if (exit === 7) return 'refused';
  if (exit === 6) return 'no such name';
  throw new Error(`curl to ${host}:${port} ended with ${code}: ${stdout} ${stderr}`);
}

/** What a name (or, for an address, its reverse) leads to as the pod's own resolver sees it; undefined where there is nothing. */
export async function lookUp(node: RealNode, from: PodPlace, name: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await node.inPod(from, ['getent', 'hosts', name]);
  if (code === 0) return stdout.trim().replaceAll(/\s+/g, ' ');
  // 2: one or more supplied keys could not be found.
  if (code === 2) return undefined;
  throw new Error(`getent hosts ${name} ended with ${code}: ${stderr}`);
}
