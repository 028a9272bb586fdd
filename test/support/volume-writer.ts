import { join } from 'node:path';
import { conditionOf } from '../../kubernetes/conditions';
import { fieldsAt, stringAt } from '../../kubernetes/json';
import type { KubernetesClient } from '../../kubernetes/types';
import { runInNode } from '../../platform/cluster';
import { eventually } from '../platform/cluster/cluster-under-test';
import type { OwnRealNode } from './own-real-node';

const POD = { apiVersion: 'v1', kind: 'Pod', name: 'writer', namespace: 'default' } as const;
const CLAIM = 'writings';
const UID = 65_532;
const LIMIT_MS = 90_000;

/** Writes a line when it starts, and another when it is asked to stop: INT is the stop signal of its image, PostgreSQL's. */
const PROGRAM = [
  "trap 'echo interrupted >> /data/log; exit 0' INT",
  "trap 'echo terminated >> /data/log; exit 0' TERM",
  'echo started >> /data/log',
  'while :; do sleep 0.2; done',
].join('\n');

/** Runs a pod with a volume of its own and waits until it is ready. */
export async function runWriter(node: OwnRealNode): Promise<void> {
  await node.asAdmin(async (admin) => {
    await admin.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: CLAIM, namespace: POD.namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
    });
    await admin.create(pod(node.image('postgres'), POD.name, [{ name: 'data', mountPath: '/data' }]));
    await eventually('the writer is ready', async () => isReady(await admin.get(POD)) || undefined, LIMIT_MS);
  });
}

/** Waits until the writer has written as many lines, and returns them: what the API server says of it may be of before a restart. */
export async function writingsOf(node: OwnRealNode, count: number): Promise<readonly string[]> {
  return eventually(
    `the writer has written ${count} lines`,
    async () => {
      const lines = await writings(node);
      return lines.length >= count ? lines : undefined;
    },
    LIMIT_MS,
  );
}

/** Runs another pod, waits until it is ready and ends it: the node works. */
export async function runProbe(node: OwnRealNode, name: string): Promise<void> {
  await node.asAdmin(async (admin) => {
    const reference = { ...POD, name };
    await admin.create(pod(node.image('base'), name, []));
    await eventually(`${name} is ready`, async () => isReady(await admin.get(reference)) || undefined, LIMIT_MS);
    await admin.delete(reference);
    await eventually(
      `${name} has ended`,
      async () => (await admin.get(reference)) === undefined || undefined,
      LIMIT_MS,
    );
  });
}

function isReady(object: unknown): boolean {
  return conditionOf(object, 'Ready')?.status === 'True';
}

/** What the writer has written, from inside the node. */
async function writings(node: OwnRealNode): Promise<readonly string[]> {
  const volume = await node.asAdmin(async (admin) => {
    const claim = await admin.get({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: CLAIM,
      namespace: 'default',
    });
    const name = stringAt(fieldsAt(claim, 'spec'), 'volumeName') ?? '';
    const found = await admin.get({ apiVersion: 'v1', kind: 'PersistentVolume', name });
    return stringAt(fieldsAt(found, 'spec', 'local'), 'path') ?? '';
  });
  const { stdout } = await runInNode(node.layout, ['cat', join(volume, 'log')]);
  return stdout.trim().split('\n');
}

function pod(image: string, name: string, volumeMounts: readonly object[]): Parameters<KubernetesClient['create']>[0] {
  const program = volumeMounts.length > 0 ? PROGRAM : "trap 'exit 0' TERM\nwhile :; do sleep 0.2; done";
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: POD.namespace },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 5,
      securityContext: { runAsNonRoot: true, runAsUser: UID, runAsGroup: UID, fsGroup: UID },
      containers: [{ name: 'main', image, command: ['/bin/sh', '-c', program], volumeMounts: [...volumeMounts] }],
      volumes: volumeMounts.length > 0 ? [{ name: 'data', persistentVolumeClaim: { claimName: CLAIM } }] : [],
    },
  };
}
