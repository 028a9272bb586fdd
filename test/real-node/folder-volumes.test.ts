import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../kubernetes/conditions';
import { fieldsAt, stringAt } from '../../kubernetes/json';
import type { JsonObject, KubernetesClient } from '../../kubernetes/types';
import { quotaFinding } from '../../operations/doctor-volumes';
import { volumesInUse } from '../../operations/volumes';
import { runInNode } from '../../platform/cluster';
import { onOwnRealNode, type OwnRealNode } from '../support/own-real-node';

const node = onOwnRealNode();
const MEBIBYTE = 2 ** 20;
const NAMESPACE = 'default';
const LIMIT = { timeout: 90_000, interval: 300 };

describe('a volume on a node that has no loop devices', () => {
  it('is a folder and says so; who writes more than the claim is stopped, who keeps to it goes on', async () => {
    await node().up();
    await hideLoopDevices(node());
    await node().asAdmin(async (admin) => {
      for (const [name, mebibytes] of [
        ['modest', 10],
        ['greedy', 24],
      ] as const) {
        await admin.create(claim(name));
        await admin.create(writer(name, node().image('base'), mebibytes));
      }
      await expect.poll(() => isReady(admin, 'modest'), LIMIT).toBe(true);
      // Nothing keeps it from writing: it has written all before it is measured and evicted.
      await expect.poll(() => admin.get(pod('greedy')), LIMIT).toBeUndefined();

      await expect
        .poll(async () => usedOf(await volumesInUse(admin, NAMESPACE)), LIMIT)
        .toEqual({ greedy: 'unenforced over', modest: 'unenforced within' });
      const greedy = (await volumesInUse(admin, NAMESPACE)).find((volume) => volume.claim === 'greedy');
      expect(greedy?.used).toBeGreaterThan(16 * MEBIBYTE);
      expect(await stopsOf(admin, 'greedy')).toEqual([
        'the volume holds 24 MiB, its claim is 16 MiB and nothing on this node enforces it; stopped: greedy; write less or claim more',
      ]);
      expect(await isReady(admin, 'modest')).toBe(true);
      expect(quotaFinding(await volumesInUse(admin))).toMatchObject({
        state: 'warning',
        detail: { en: `over their claim, writers are being stopped: ${NAMESPACE}/greedy` },
      });
    });
  });
});

/** In the node's mount namespace alone: the machine keeps its own. */
async function hideLoopDevices({ layout }: OwnRealNode): Promise<void> {
  const hide = 'for device in /dev/loop*; do [ -d $device ] || mount --bind /dev/null $device; done';
  await runInNode(layout, ['/bin/sh', '-c', hide]);
}

function pod(name: string): { apiVersion: string; kind: string; namespace: string; name: string } {
  return { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name };
}

function claim(name: string): Parameters<KubernetesClient['create']>[0] {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: NAMESPACE },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
  };
}

/** Ready when it has written so much, and then waits. */
function writer(name: string, image: string, mebibytes: number): Parameters<KubernetesClient['create']>[0] {
  const program = `head -c ${mebibytes}M /dev/zero > /data/file; touch /tmp/written; trap "exit 0" TERM; while :; do sleep 0.2; done`;
  const security: JsonObject = { runAsNonRoot: true, runAsUser: 65_532, fsGroup: 65_532 };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 5,
      securityContext: security,
      containers: [
        {
          name: 'main',
          image,
          command: ['/bin/sh', '-c', program],
          readinessProbe: { exec: { command: ['test', '-e', '/tmp/written'] }, periodSeconds: 1 },
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: name } },
        { name: 'tmp', emptyDir: {} },
      ],
    },
  };
}

async function isReady(admin: KubernetesClient, name: string): Promise<boolean> {
  return conditionOf(await admin.get(pod(name)), 'Ready')?.status === 'True';
}

function usedOf(volumes: Awaited<ReturnType<typeof volumesInUse>>): Record<string, string> {
  return Object.fromEntries(
    volumes.map(({ claim: name, quota, over }) => [name, `${quota} ${over ? 'over' : 'within'}`]),
  );
}

/** What was told on the claim of writers that were stopped. */
async function stopsOf(admin: KubernetesClient, name: string): Promise<readonly string[]> {
  const messages: string[] = [];
  for await (const event of admin.list('v1', 'Event', { namespace: NAMESPACE }))
    if (event['reason'] === 'WriterStopped' && stringAt(fieldsAt(event, 'involvedObject'), 'name') === name)
      messages.push(stringAt(event, 'message') ?? '');
  return messages;
}
