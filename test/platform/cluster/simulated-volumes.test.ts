import { describe, expect, it } from 'vitest';
import { isLeft, volumeFor } from '../../../platform/cluster/storage/simulated-volumes';
import { nextPause } from '../../../platform/cluster/supervisor/pauses';

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'tb-aaaaaa', uid: 'u1' },
  spec: { storageClassName: 'simulated', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

describe('a simulated volume', () => {
  it('is made for exactly the claim that waits, and marked as simulated', () => {
    expect(volumeFor(claim)).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: 'simulated-u1',
        labels: { 'testbed.io/simulated': 'true' },
        annotations: { 'pv.kubernetes.io/provisioned-by': 'testbed.io/simulated' },
      },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'simulated',
        csi: { driver: 'simulated.testbed.io', volumeHandle: 'simulated-u1' },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'tb-aaaaaa', name: 'data', uid: 'u1' },
      },
    });
  });

  it.each([
    ['of another class', { ...claim, spec: { ...claim.spec, storageClassName: 'fast' } }],
    ['that has a volume', { ...claim, spec: { ...claim.spec, volumeName: 'pv' } }],
    ['that is ending', { ...claim, metadata: { ...claim.metadata, deletionTimestamp: '2026-03-01T00:00:00Z' } }],
    ['without a uid', { ...claim, metadata: { name: 'data', namespace: 'tb-aaaaaa' } }],
  ])('is not made for a claim %s', (_, other) => {
    expect(volumeFor(other)).toBeUndefined();
  });

  it('is ended when released or when its claim is gone, and never when it is another driver’s', () => {
    const made = volumeFor(claim);
    if (made === undefined) throw new Error('no volume');
    const volume = { ...made, metadata: { ...made.metadata, uid: 'v1' } };
    const left = { name: 'simulated-u1', uid: 'v1' };
    expect(isLeft(volume)).toBeUndefined();
    expect(isLeft(volume, new Set(['u1']))).toBeUndefined();
    expect(isLeft(volume, new Set(['u2']))).toEqual(left);
    expect(isLeft({ ...volume, status: { phase: 'Released' } })).toEqual(left);
    const foreign = { ...volume, spec: { storageClassName: 'simulated', csi: { driver: 'real' } } };
    expect(isLeft({ ...foreign, status: { phase: 'Released' } }, new Set())).toBeUndefined();
  });
});

describe('the pause before the next start', () => {
  it('doubles from 0.2 s to 30 s and begins anew after a healthy minute', () => {
    const pauses: number[] = [];
    for (let round = 0; round < 10; round++) pauses.push(nextPause(pauses.at(-1), 0));
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    expect(nextPause(30_000, 59_999)).toBe(30_000);
    expect(nextPause(30_000, 60_000)).toBe(200);
  });
});
