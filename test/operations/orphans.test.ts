import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeClaim } from '../../engine/claims/claim';
import { openDirectoryStore } from '../../engine/store/directory';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { orphans, type OrphansResult } from '../../operations/orphans';
import { openRecords } from '../../operations/records';
import { upSpec } from '../../operations/up';
import { cliOnCluster } from '../support/cli-on-cluster';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';
import { testbedRecord } from '../support/testbed-record';

// Other tests have testbeds on the same cluster, which this site has no record of either: only ids of this file are asked for.

const ACCESS = 'testbed-access';
let site: TestSite;
let admin: KubernetesClient;
beforeAll(() => {
  site = openTestSite();
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await admin.close();
  await site.close();
});

function newId(): string {
  return `tb-${randomBytes(3).toString('hex')}`;
}

async function look(ids: readonly string[], end = false): Promise<OrphansResult> {
  return orphans({ ids, end, ...site.target }, site.surroundings);
}

function shown({ orphans: found }: OrphansResult): string[] {
  return found.map(({ reference: { kind, name }, why, ours }) => `${kind} ${name} ${why} ${ours ? 'ours' : 'foreign'}`);
}

function clusterRole(name: string, metadata: Partial<KubernetesObject['metadata']>): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { ...metadata, name },
    rules: [],
  };
}

function inOrder(lines: readonly string[]): string[] {
  return lines.toSorted((a, b) => (a < b ? -1 : 1));
}

it('a testbed whose record is lost is found and ended, one on record or in the making is not', async () => {
  const name = `orphan-${randomBytes(3).toString('hex')}`;
  const { id } = (await upSpec(specOf({ name }), site.target, site.surroundings)).testbed;
  const store = openDirectoryStore(join(site.home, 'store'));
  const records = openRecords(store);
  expect(shown(await look([id]))).toEqual([]);

  const cluster = (await records.find(name))?.cluster;
  if (cluster === undefined) throw new Error('it is not on record');
  const lose = async (key: string): Promise<void> => {
    const found = await store.read(key);
    if (found !== undefined) await store.end(key, found.version);
  };
  // A run that was killed while it wrote the record leaves the one without the other.
  await lose(`records/ids/${id}`);
  expect(shown(await look([id]))).toEqual([]);
  await lose(`records/live/${name}`);
  const claim = await takeClaim({ store, stack: id, purpose: 'up' });
  expect(shown(await look([id]))).toEqual([]);
  await claim.giveBack();

  const found = await look([id]);
  expect(found.blind).toEqual([]);
  expect(shown(found)).toContain(`Namespace ${id} mark ours`);
  expect(shown(found)).toContainEqual(
    expect.stringMatching(new RegExp(`^ServiceAccount ${id}-[0-9a-f]{8} mark ours$`)),
  );
  expect(found.orphans.filter(({ reference }) => reference.namespace === id)).toEqual([]);

  const ended = await look([id], true);
  expect([ended.orphans, ended.ended]).toEqual([[], found.orphans.length]);
  expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id })).toBeUndefined();

  // The other way round: on record, and nothing there.
  await records.reserve({ ...testbedRecord(name, id), cluster, infrastructure: 'ready' });
  expect((await look([id])).missing).toEqual([{ name, id }]);
});

it('single objects are known by mark, label, name, owner and claim; what bears no mark of ours is told and left', async () => {
  const ids = Array.from({ length: 5 }, newId);
  const [marked = '', labelled = '', named = '', owned = '', served = ''] = ids;
  const inAccess = (name: string, more: Partial<KubernetesObject['metadata']>): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...more, name, namespace: ACCESS },
  });
  await admin.create(clusterRole(`odd-${marked}`, { annotations: { 'testbed.io/stack': marked } }));
  await admin.create(
    clusterRole(`odd-${labelled}`, { labels: { 'testbed.io/testbed': labelled, 'testbed.io/managed': 'true' } }),
  );
  await admin.create(clusterRole(`${named}-role`, {}));
  const owner = await admin.create(inAccess(`${owned}-owner`, {}));
  const { apiVersion, kind } = owner;
  const { name, uid = '' } = owner.metadata;
  await admin.create(inAccess(`odd-${owned}`, { ownerReferences: [{ apiVersion, kind, name, uid }] }));
  await admin.create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pv-${served}` },
    spec: {
      capacity: { storage: '1Mi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: '/tmp/nowhere' },
      claimRef: { namespace: served, name: 'data' },
    },
  });
  const foreign = [
    `ClusterRole ${named}-role name foreign`,
    `ConfigMap ${owned}-owner name foreign`,
    `ConfigMap odd-${owned} owner foreign`,
    `PersistentVolume pv-${served} claim foreign`,
  ];
  expect(inOrder(shown(await look(ids)))).toEqual(
    inOrder([`ClusterRole odd-${marked} mark ours`, `ClusterRole odd-${labelled} label ours`, ...foreign]),
  );

  const left = await look(ids, true);
  expect([left.ended, inOrder(shown(left))]).toEqual([2, inOrder(foreign)]);

  const cli = cliOnCluster({ folder: site.home, kubeconfig: site.target.kubeconfig });
  const told = await cli.run(['orphans', named]);
  expect([told.code, told.stdout]).toEqual([1, expect.stringMatching(`${named} +ClusterRole +${named}-role`)]);
  for (const { reference } of left.orphans) await admin.delete(reference);
  const clean = await cli.run(['orphans', ...ids, '--lang', 'ko']);
  expect([clean.code, clean.stdout]).toEqual([0, expect.stringContaining('고아 객체가 없습니다')]);
});

it('what is no id is refused', async () => {
  await expect(look(['care-lab'])).rejects.toMatchObject({ code: 'UsageWrong' });
});
