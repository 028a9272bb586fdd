import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeClaim, volumeObject } from '../../../platform/cluster/storage/local-claims';
import { claimOf, volumeName, volumeOf } from '../../../platform/cluster/storage/local-place';
import { noRoom } from '../../../platform/cluster/storage/local-room';
import { knownVolume } from '../../../platform/cluster/storage/local-volumes';

const UID = '0f3b2c1d-1111-4222-8333-444455556666';
const MEBIBYTE = 2 ** 20;

function claim(spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'tb-aaaaaa', uid: UID, ...metadata },
    spec: {
      storageClassName: 'local',
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
  };
}

function sized(storage: string) {
  return claim({ resources: { requests: { storage } } });
}

function wanted(object = claim()) {
  const verdict = judgeClaim(object);
  if (verdict.kind !== 'wanted') throw new Error(`it is ${verdict.kind}`);
  return verdict.volume;
}

describe('a claim of the class local', () => {
  it('gets a volume named after its uid, for it alone and on the real node alone', () => {
    expect(volumeObject(wanted(), '/node/mounts/x/data', 'enforced')).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: `local-${UID}`,
        annotations: { 'pv.kubernetes.io/provisioned-by': 'testbed.io/local', 'testbed.io/quota': 'enforced' },
      },
      spec: {
        capacity: { storage: '1024Mi' },
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        persistentVolumeReclaimPolicy: 'Delete',
        storageClassName: 'local',
        local: { path: '/node/mounts/x/data' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] }] },
            ],
          },
        },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'tb-aaaaaa', name: 'data', uid: UID },
      },
    });
  });

  it.each([
    ['of another class', claim({ storageClassName: 'fast' })],
    ['that has a volume', claim({ volumeName: 'pv' })],
    ['that is ending', claim({}, { deletionTimestamp: '2026-03-01T00:00:00Z' })],
    ['with a uid that is none', claim({}, { uid: '../../etc' })],
  ])('is left alone %s', (_, object) => {
    expect(judgeClaim(object)).toEqual({ kind: 'none' });
  });

  it.each([
    [claim({ volumeMode: 'Block' }), 'volume mode Block is not offered: ask for Filesystem'],
    [
      claim({ accessModes: ['ReadWriteOnce', 'ReadWriteMany'] }),
      'access mode ReadWriteMany is not offered: ask for ReadWriteOnce or ReadWriteOncePod',
    ],
    [
      claim({ dataSource: { kind: 'PersistentVolumeClaim', name: 'other' } }),
      'a volume begins empty: leave dataSource and dataSourceRef out',
    ],
    [
      claim({ dataSourceRef: { kind: 'X', name: 'y' } }),
      'a volume begins empty: leave dataSource and dataSourceRef out',
    ],
    [claim({ selector: { matchLabels: { a: 'b' } } }), 'a volume is made for its claim: leave selector out'],
    [sized('2Ti'), '2Ti is no size that is offered: ask for 16Mi to 1Ti'],
    [sized('1Ei'), '1Ei is no size that is offered: ask for 16Mi to 1Ti'],
    [sized('100m'), '100m is no size that is offered: ask for 16Mi to 1Ti'],
    [sized('0'), '0 is no size that is offered: ask for 16Mi to 1Ti'],
  ])('is refused with the reason in words: %#', (object, why) => {
    expect(judgeClaim(object)).toMatchObject({ kind: 'refused', why, claim: { uid: UID } });
  });

  it('gets whole mebibytes, never less than it asked for, and 16 at least', () => {
    expect(wanted(sized('1Mi')).bytes).toBe(16 * MEBIBYTE);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
        const got = wanted(sized(`${bytes}`)).bytes;
        expect(got % MEBIBYTE).toBe(0);
        expect(got).toBeGreaterThanOrEqual(Math.max(bytes, 16 * MEBIBYTE));
        expect(got).toBeLessThan(Math.max(bytes + MEBIBYTE, 16 * MEBIBYTE + 1));
      }),
    );
  });

  it('is understood again from the volume that was made for it', () => {
    const made = volumeObject(wanted(), '/x', 'unenforced');
    const stored = { ...made, metadata: { ...made.metadata, uid: 'v1' }, status: { phase: 'Bound' } };
    expect(knownVolume(stored)).toEqual({
      name: `local-${UID}`,
      uid: 'v1',
      claim: { namespace: 'tb-aaaaaa', name: 'data', uid: UID },
      bytes: 2 ** 30,
      quota: 'unenforced',
      told: { used: undefined, over: false },
      isReleased: false,
      isRetained: false,
    });
    expect(knownVolume({ ...stored, metadata: { ...stored.metadata, name: volumeName(UID.replace('0', '1')) } })).toBe(
      undefined,
    );
    expect(knownVolume({ ...stored, metadata: { ...stored.metadata, annotations: {} } })).toBe(undefined);
  });
});

describe('the name of a volume', () => {
  it('is taken for ours only when it is exactly one', () => {
    fc.assert(
      fc.property(fc.uuid(), (uid) => {
        expect(claimOf(volumeName(uid))).toBe(uid);
        for (const ending of ['img', 'half', 'folder'])
          expect(volumeOf(`${volumeName(uid)}.${ending}`)).toBe(volumeName(uid));
      }),
    );
    fc.assert(fc.property(fc.string(), (name) => volumeOf(name) === undefined));
    for (const name of [
      '.template',
      '.probe.img',
      '.cluster',
      `local-${UID}`,
      `local-${UID}/../x.img`,
      `x-local-${UID}.img`,
    ])
      expect(volumeOf(name)).toBeUndefined();
  });
});

describe('room for a volume', () => {
  it('is what is free beside the reserve, and what is missing is said', () => {
    expect(noRoom(100 * MEBIBYTE, 300 * MEBIBYTE, 200 * MEBIBYTE)).toBeUndefined();
    expect(noRoom(100 * MEBIBYTE, 250 * MEBIBYTE, 200 * MEBIBYTE)).toBe(
      "the node's disk has 50 MiB for volumes beside its reserve of 200 MiB, the claim asks for 100 MiB: free some space on the host or claim less",
    );
    expect(noRoom(16 * MEBIBYTE, 0, 200 * MEBIBYTE)).toContain('has 0 MiB for volumes');
  });
});
