import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDirectoryStore } from '../../engine/store/directory';
import type { KubernetesClient } from '../../kubernetes/types';
import { sharedStatus, sharedUp } from '../../operations/shared';
import { rebuildSharedState } from '../../operations/shared-rebuild';
import { onBareCluster } from '../support/bare-site';
import type { TestSite } from '../support/testbeds';

/** A bound, no measure: seven operations on a cluster that is started for them. */
const SEVERAL_RUNS_MS = 300_000;

const ACCESS = { apiVersion: 'v1', kind: 'Namespace', name: 'testbed-access' };

/** Uids of what the cluster shares, by name. */
async function standing(admin: KubernetesClient): Promise<Record<string, string | undefined>> {
  const uids: Record<string, string | undefined> = {};
  for (const [apiVersion, kind] of [
    ['v1', 'Namespace'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
  ] as const)
    for await (const { metadata } of admin.list(apiVersion, kind, { labelSelector: 'testbed.io/managed=true' }))
      uids[`${kind} ${metadata.name}`] = metadata.uid;
  return uids;
}

/** Ends the shared stack's state, or puts something else in its place. */
async function damage({ home }: TestSite, content: string | undefined): Promise<void> {
  const store = openDirectoryStore(join(home, 'store'));
  const keys: string[] = [];
  for await (const key of store.list('states/')) keys.push(key);
  expect(keys).toEqual([expect.stringMatching(/^states\/shared-[0-9a-f]{8}$/)]);
  const [key = ''] = keys;
  const found = await store.read(key);
  if (found === undefined) throw new Error('it was listed');
  if (content === undefined) await store.end(key, found.version);
  else await store.write(key, Buffer.from(content), found.version);
  await store.close();
}

it(
  'what the cluster shares is taken up by its marks when its state is lost or damaged, and mended when somebody changed it',
  () =>
    onBareCluster(async (site, admin) => {
      const up = (): ReturnType<typeof sharedUp> => sharedUp(site.target, site.surroundings);
      const rebuild = (): ReturnType<typeof rebuildSharedState> => rebuildSharedState(site.target, site.surroundings);
      await up();
      const before = await standing(admin);
      expect(Object.keys(before).length).toBeGreaterThan(5);

      await damage(site, undefined);
      expect((await up()).outcome).toBe('taken-up');
      expect(await standing(admin)).toEqual(before);
      expect((await up()).outcome).toBe('unchanged');

      await damage(site, '{"version":1,"claim":1,"engine":{"version":3');
      await expect(up()).rejects.toMatchObject({ code: 'StateUnreadable' });
      const rebuilt = await rebuild();
      expect([rebuilt.outcome, rebuilt.found.kind, rebuilt.shared?.outcome]).toEqual([
        'rebuilt',
        'damaged',
        'taken-up',
      ]);
      expect(await standing(admin)).toEqual(before);
      expect(await rebuild()).toMatchObject({ outcome: 'unchanged', shared: undefined });

      await admin.mergePatch(
        ACCESS,
        { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
        { fieldManager: 'somebody' },
      );
      expect((await sharedStatus(site.target, site.surroundings)).state).toBe('drifted');
      const mended = await up();
      expect([mended.outcome, mended.repaired?.map(({ outcome }) => outcome)]).toEqual(['changed', ['restored']]);
      expect((await sharedStatus(site.target, site.surroundings)).state).toBe('current');
    }),
  SEVERAL_RUNS_MS,
);
