import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOnNode } from '../../bench/real-bench';
import { fieldsAt, stringAt } from '../../kubernetes/json';
import { waitReady } from '../../kubernetes/wait';
import { volumesInUse } from '../../operations/volumes';
import { runInNode } from '../../platform/cluster';
import { clusterLayout } from '../../platform/cluster/layout';
import { volumePlace } from '../../platform/cluster/storage/local-place';
import { onRealNode } from '../support/real-node';

const node = onRealNode();
const MEBIBYTE = 2 ** 20;
const UID = 65_532;

describe('a volume of the real node', () => {
  const namespace = `volumes-${randomBytes(4).toString('hex')}`;
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: 'data' };
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name: 'writer' };

  beforeAll(async () => {
    if (!node.runs()) return;
    await node().admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });

  afterAll(async () => {
    if (!node.runs()) return;
    await node().admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  });

  /** What of this machine the volumes take: files, folders and mounts in the node. */
  async function traces(): Promise<readonly string[]> {
    const layout = clusterLayout(node().cluster.directory);
    const place = volumePlace(layout);
    const { stdout } = await runInNode(layout, ['cat', '/proc/self/mountinfo']);
    const mounts = stdout.split('\n').filter((line) => line.includes(' /dev/loop'));
    return [...readdirSync(place.volumes), ...readdirSync(place.mounts), ...mounts].toSorted();
  }

  /** The names of the cluster's volumes for claims of this test. */
  async function volumes(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const volume of node().admin.list('v1', 'PersistentVolume'))
      if (stringAt(fieldsAt(volume, 'spec', 'claimRef'), 'namespace') === namespace) names.push(volume.metadata.name);
    return names;
  }

  it('takes what its claim asked for and no byte more, belongs to its pod, and leaves nothing', async () => {
    const { admin, cluster } = node();
    const before = await traces();
    await admin.create({
      apiVersion: 'v1',
      kind: claim.kind,
      metadata: { name: claim.name, namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
    });
    await admin.create({
      apiVersion: 'v1',
      kind: pod.kind,
      metadata: { name: pod.name, namespace },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: UID,
          fsGroup: UID,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 'writer',
            image: await imageOnNode(cluster.directory, 'base'),
            command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim.name } }],
      },
    });
    await waitReady(admin, pod);

    const inPod = (command: string) => node().inPod({ namespace, pod: pod.name }, ['/bin/sh', '-c', command]);
    expect(await inPod('ls -A /data')).toMatchObject({ code: 0, stdout: '' });
    const full = await inPod('head -c 20000000 /dev/zero > /data/full');
    expect(full.code).not.toBe(0);
    expect(full.stderr).toContain('No space left on device');
    const written = Number((await inPod('stat -c %s /data/full')).stdout);
    expect(written).toBeGreaterThan(12 * MEBIBYTE);
    expect(written).toBeLessThan(16 * MEBIBYTE);
    // What is deleted can be used again: the volume took no harm.
    expect(await inPod('rm /data/full && echo fine > /data/file && sync /data/file && cat /data/file')).toMatchObject({
      code: 0,
      stdout: 'fine\n',
    });
    expect(await volumesInUse(admin, namespace)).toMatchObject([
      { namespace, claim: claim.name, size: 16 * MEBIBYTE, quota: 'enforced', over: false },
    ]);

    await admin.delete(pod);
    await admin.delete(claim);
    await expect.poll(volumes, { timeout: 60_000, interval: 200 }).toEqual([]);
    await expect.poll(traces, { timeout: 20_000, interval: 200 }).toEqual(before);
  });

  it('does not grow', async () => {
    const { admin } = node();
    await admin.create({
      apiVersion: 'v1',
      kind: claim.kind,
      metadata: { name: 'fixed', namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
    });
    const fixed = { ...claim, name: 'fixed' };
    await expect
      .poll(async () => stringAt(fieldsAt(await admin.get(fixed), 'status'), 'phase'), { timeout: 60_000 })
      .toBe('Bound');
    await expect(admin.mergePatch(fixed, { spec: { resources: { requests: { storage: '32Mi' } } } })).rejects.toThrow(
      /storageclass that provisions the pvc must support resize/,
    );
    await admin.delete(fixed);
    await expect.poll(volumes, { timeout: 60_000, interval: 200 }).toEqual([]);
  });
});
