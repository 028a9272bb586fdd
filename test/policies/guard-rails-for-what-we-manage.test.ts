import { describe, expect, it } from 'vitest';
import { answerOf, eventually } from '../support/rejection';
import { applyTestbed } from '../support/applied-testbed';
import { admittedSpec } from '../support/testbed-recording';
import { fieldsAt, listAt } from '../../kubernetes/json';
import { KEYS, MANAGED, onGuardRails, touched } from './support/guard-railed';

/** What the guard rails keep others from changing: what we manage, its namespaces, and that these still end. */
const place = onGuardRails();
const POLICY = 'admissionregistration.k8s.io/v1';
const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
/** Where two rails refuse the same call, the server names either. */
const ANY_RAIL = 'denied request: ';
const railFor = (kind: string): string => (kind === 'RoleBinding' ? ANY_RAIL : MANAGED);

describe('what we manage', () => {
  const objects: [string, string, string][] = [
    ['ResourceQuota', 'quota', 'v1'],
    ['LimitRange', 'limits', 'v1'],
    ['NetworkPolicy', 'default-deny', 'networking.k8s.io/v1'],
    ['RoleBinding', 'testbed-developer', 'rbac.authorization.k8s.io/v1'],
    ['ServiceAccount', 'default', 'v1'],
    ['Secret', 'database-app', 'v1'],
    ['ConfigMap', 'database', 'v1'],
    ['Service', 'database', 'v1'],
    ['StatefulSet', 'database', 'apps/v1'],
    ['Pod', 'database-0', 'v1'],
    ['PersistentVolumeClaim', 'data-database-0', 'v1'],
  ];

  it.each(objects)('%s %s is not changed, by force, in part, for real or on trial', async (kind, name, apiVersion) => {
    const resource = await place().mallory.resource(apiVersion, kind);
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const path = `${root}/namespaces/${place().testbed.id}/${resource?.name}/${name}`;
    const body = { apiVersion, kind, metadata: { name, labels: { mine: 'yes' } } };
    for (const dryRun of ['', '&dryRun=All']) {
      const forced = `${path}?force=true&fieldManager=place().mallory${dryRun}`;
      const words = ['RoleBinding', 'Pod', 'StatefulSet'].includes(kind) ? ANY_RAIL : MANAGED;
      expect(await answerOf(place().mallory.raw('PATCH', forced, { body, contentType: APPLY }))).toContain(words);
      const unmarked = { metadata: { labels: { 'testbed.io/managed': null } } };
      const patched = `${path}?fieldManager=place().mallory${dryRun}`;
      expect(await answerOf(place().mallory.raw('PATCH', patched, { body: unmarked, contentType: MERGE }))).toContain(
        ANY_RAIL,
      );
    }
  });

  it.each(objects)('%s %s is not ended, alone or in a sweep', async (kind, name, apiVersion) => {
    const at = place().reference(kind, name, apiVersion);
    expect(await answerOf(place().mallory.delete(at))).toContain(railFor(kind));
    expect(await answerOf(place().mallory.delete(at, { dryRun: true }))).toContain(railFor(kind));
    const resource = await place().mallory.resource(apiVersion, kind);
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const sweep = `${root}/namespaces/${place().testbed.id}/${resource?.name}?labelSelector=testbed.io%2Fmanaged%3Dtrue`;
    // A sweep of nothing would be accepted: where the resource has no collection to end, the server says so.
    expect(await answerOf(place().mallory.raw('DELETE', sweep))).toMatch(new RegExp(`${railFor(kind)}|not allowed`));
    expect(await place().admin.get(at)).toBeDefined();
  });

  it('is not made by others', async () => {
    const made = place().own('ConfigMap', {}, { labels: { 'testbed.io/managed': 'true' } });
    expect(await answerOf(place().mallory.create(made, { dryRun: true }))).toContain(ANY_RAIL);
  });

  it('includes the namespace: its labels, its judge and its end', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: place().testbed.id };
    const weaker = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } };
    expect(await answerOf(place().mallory.mergePatch(namespace, touched, { dryRun: true }))).toContain(MANAGED);
    expect(await answerOf(place().mallory.mergePatch(namespace, weaker, { dryRun: true }))).toContain(ANY_RAIL);
    expect(await answerOf(place().mallory.delete(namespace))).toContain(MANAGED);
  });

  it('stays within reach of those that are exempt by name', async () => {
    expect(
      await answerOf(place().admin.mergePatch(place().reference('ConfigMap', 'database'), touched, { dryRun: true })),
    ).toBe('accepted');
  });
});

describe('namespaces', () => {
  it('are all that the rails judge: what has none is left to the administrators of the cluster', async () => {
    // By the rails as the shared stack installs them; those of this test are bound to namespaces alone.
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: place().home, finalizers: ['example.com/own'] },
      rules: [],
    };
    expect(await answerOf(place().mallory.create(role, { dryRun: true }))).toBe('accepted');
  });

  it.each(['testbed.io/testbed', 'testbed.io/role', 'testbed.io/grade'])(
    'of others do not get the label %s',
    async (label) => {
      expect(await answerOf(place().mallory.create(place().strangersNamespace(label), { dryRun: true }))).toContain(
        KEYS,
      );
    },
  );

  it('of others are labelled in other words, Pod Security’s included', async () => {
    const free = place().strangersNamespace('pod-security.kubernetes.io/enforce');
    const labels = { ...place().ours, 'pod-security.kubernetes.io/enforce': 'baseline' };
    const made = { ...free, metadata: { ...free.metadata, labels } };
    expect(await answerOf(place().mallory.create(made, { dryRun: true }))).toBe('accepted');
  });

  it('for identities run nothing, whoever asks', async () => {
    for (const client of [place().mallory, place().admin])
      expect(await answerOf(client.create(place().pod({}, place().testbed.access), { dryRun: true }))).toContain(
        'no workload runs',
      );
  });

  it('for previews run nothing, whoever asks, and try everything', async () => {
    for (const client of [place().mallory, place().admin]) {
      expect(await answerOf(client.create(place().pod({}, place().preview)))).toContain('only tried here');
      expect(await answerOf(client.create(place().pod({}, place().preview), { dryRun: true }))).toBe('accepted');
    }
  });
});

describe('a testbed under the guard rails', () => {
  it('still ends with all that is in it: the controllers that take it down are let through', async () => {
    const ending = await applyTestbed(
      place().admin,
      admittedSpec({ database: { engine: 'postgresql', version: 15 } }),
      place().ours,
    );
    await eventually('the pod database-0', () =>
      place().admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: ending.id, name: 'database-0' }),
    );
    await ending.end();
    const gone = await eventually('the end of the namespace', async () => {
      const left = await place().admin.get({ apiVersion: 'v1', kind: 'Namespace', name: ending.id });
      return left === undefined ? true : undefined;
    });
    expect(gone).toBe(true);
  });
});

describe('the policies', () => {
  it('compile: the API server finds no fault in any expression', async () => {
    for (const { metadata, kind } of place().installed.filter((one) => one.kind === 'ValidatingAdmissionPolicy')) {
      const checked = await eventually(`type checking of ${metadata.name}`, async () => {
        const live = await place().admin.get({ apiVersion: POLICY, kind, name: metadata.name });
        return fieldsAt(live?.['status'], 'typeChecking') === undefined ? undefined : live;
      });
      expect(listAt(fieldsAt(checked['status'], 'typeChecking'), 'expressionWarnings') ?? []).toEqual([]);
    }
  });
});
