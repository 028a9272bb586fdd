import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { sharedUp } from '../../../operations/shared';
import { admissionObjects } from '../../../policies/admission/policies';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { MERGE, object, workload } from '../../isolation/cells/cell';
import { FOREIGN_REFUSED, foreignPodSpec, legalPodSpec } from '../../support/foreign-pod';
import { openOwnCluster, type OwnCluster } from '../../support/own-cluster';
import { answerOf, eventually } from '../../support/rejection';
import { SITE_RULE } from '../catalogue/support';

/* How rules come over a cluster: over what stands there already, and over rules that are in force. On a cluster of its own. */
let cluster: OwnCluster;
let admin: KubernetesClient;
/** Bears our label and no grade: made before there were rules, which would not let it be made. */
const UNGRADED = 'tb-before';
const OPEN = 'tb-opened';

beforeAll(async () => {
  cluster = await openOwnCluster();
  ({ admin } = cluster);
  const labels = { 'testbed.io/managed': 'true', 'testbed.io/role': 'testbed' };
  const opened = { ...labels, 'testbed.io/grade': 'open' };
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: UNGRADED, labels } });
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPEN, labels: opened } });
  for (const name of ['before', 'ending']) {
    const spec = { ...Object(workload({}, foreignPodSpec())['spec']), replicas: 0 };
    await admin.create(object('apps/v1', 'Deployment', UNGRADED, name, { spec }, { finalizers: ['example.com/held'] }));
  }
  await rollOut({ 'team/site-team-label.yaml': RULE });
});
afterAll(() => cluster.close());

const path = `/apis/apps/v1/namespaces/${UNGRADED}/deployments/before`;
const patched = (body: Parameters<KubernetesClient['mergePatch']>[1], subresource = '') =>
  answerOf(admin.raw('PATCH', `${path}${subresource}?dryRun=All`, { body, contentType: MERGE }));

describe('what stood before its rules', () => {
  it.each([
    ['a finalizer', { metadata: { finalizers: null } }, ''],
    [
      'an owner',
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x-1' }] } },
      '',
    ],
    ['its status', { status: { replicas: 2 } }, '/status'],
    ['a finalizer through its status', { metadata: { finalizers: null } }, '/status'],
  ])('may be changed in %s', async (_, body, subresource) => {
    expect(await patched(body, subresource)).toBe('accepted');
  });

  it.each([
    ['its spec', { replicas: 3 }, {}],
    ['a label', {}, { labels: { a: 'b' } }],
    ['an annotation', {}, { annotations: { a: 'b' } }],
  ])('may not be changed in %s until it is in order', async (_, spec, metadata) => {
    expect(await patched({ spec, metadata })).toContain(FOREIGN_REFUSED);
    expect(await patched({ spec: { ...spec, template: { spec: legalPodSpec() } }, metadata })).toBe('accepted');
  });

  it('ends all the same', async () => {
    const ending = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: UNGRADED, name: 'ending' };
    await admin.delete(ending);
    await admin.mergePatch(ending, { metadata: { finalizers: null } });
    expect(
      await eventually('its end', async () => ((await admin.get(ending)) === undefined ? 'gone' : undefined)),
    ).toBe('gone');
  });

  it('is judged by the stricter rules where a namespace lost its grade, and such a one is not made again', async () => {
    const [container] = [legalPodSpec()['containers']].flat();
    const writable = {
      ...Object(container),
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    };
    const pod = (namespace: string): KubernetesObject =>
      object('v1', 'Pod', namespace, 'mine', { spec: legalPodSpec({ containers: [writable] }) });
    expect(await answerOf(admin.create(pod(UNGRADED), { dryRun: true }))).toContain('pod-readonly-root-filesystem: ');
    expect(await answerOf(admin.create(pod(OPEN), { dryRun: true }))).toBe('accepted');
    const namespace: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'tb-after0', labels: { 'testbed.io/managed': 'true', 'testbed.io/role': 'testbed' } },
    };
    expect(await answerOf(admin.create(namespace, { dryRun: true }))).toMatch(
      /ns-(data-grade-label|psa-enforce): |testbed-expiry: /,
    );
  });
});

/** Of Services: the stack itself makes ConfigMaps, and is judged too. */
const RULE = SITE_RULE.replace('open: advisory', 'open: mandatory')
  .replaceAll('v1/ConfigMap', 'v1/Service')
  .replaceAll('kind: ConfigMap', 'kind: Service');
/** Worded anew, enforced otherwise (so in another group), with another parameter. */
const CHANGED = {
  'team/site-team-label.yaml': RULE.replace('sensitive: mandatory', 'sensitive: advisory').replace(
    "'no label '",
    "'not labelled '",
  ),
  'baselines/site-open.yaml': [
    'id: site-open',
    'title: { en: Open, ko: 공개 }',
    'grade: open',
    'extends: open',
    'rules: [{ id: site-team-label, params: { label: crew } }]',
    '',
  ].join('\n'),
};

/** Puts these rules in the place of the site's own and rolls them out. */
async function rollOut(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(cluster.site.home, 'rules');
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return (await sharedUp(cluster.site.target, cluster.site.surroundings)).outcome;
}

/** Creates an object by dry run without pause while something goes on: how often, and all that was said other than it should. */
async function streamed(
  streams: readonly { readonly object: KubernetesObject; readonly answer: string }[],
  work: () => Promise<string>,
): Promise<{ readonly outcome: string; readonly calls: number; readonly wrong: readonly string[] }> {
  let isOver = false;
  let calls = 0;
  const wrong: string[] = [];
  const running = streams.map(async ({ object: made, answer }) => {
    while (!isOver) {
      const said = await answerOf(admin.create(made, { dryRun: true }));
      calls += 1;
      if (!said.includes(answer)) wrong.push(said);
    }
  });
  try {
    return { outcome: await work(), calls, wrong };
  } finally {
    isOver = true;
    await Promise.all(running);
  }
}

async function rulesOf(kind: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { metadata } of admin.list('admissionregistration.k8s.io/v1', kind))
    if (metadata.name.startsWith('testbed-rules-')) names.push(metadata.name);
  return names.toSorted();
}

describe('a roll-out over rules that are in force', () => {
  const pod = (spec: object): KubernetesObject => object('v1', 'Pod', OPEN, 'mine', { spec });
  const service = (labels: Record<string, string>): KubernetesObject =>
    object('v1', 'Service', OPEN, 'mine', { spec: { ports: [{ port: 80 }] } }, { labels });
  it(
    'lets nothing through that both refuse, and refuses nothing that both let through',
    { timeout: 180_000 },
    async () => {
      const streams = [
        { object: pod(foreignPodSpec()), answer: FOREIGN_REFUSED },
        { object: pod(legalPodSpec()), answer: 'accepted' },
        { object: service({}), answer: 'site-team-label: no' },
        { object: service({ team: 'a', crew: 'b' }), answer: 'accepted' },
      ];
      const seen: unknown[] = [];
      for (const step of ['changed rules', 'the same again']) {
        const { outcome, calls, wrong } = await streamed(streams, () => rollOut(CHANGED));
        seen.push({ step, outcome, many: calls > 40, wrong: wrong.slice(0, 3) });
      }
      const left: string[] = [];
      for await (const { metadata } of admin.list('v1', 'ConfigMap', { namespace: 'testbed-system' }))
        if (metadata.name.startsWith('testbed-rules-')) left.push(metadata.name.replace(/-[0-9a-f]+$/, ''));
      expect(left.toSorted()).toEqual(['testbed-rules-canary', 'testbed-rules-open', 'testbed-rules-sensitive']);
      const catalogue = loadCatalogue({ siteFolder: join(cluster.site.home, 'rules') });
      const wanted = admissionObjects(catalogue, { minor: '1.34' }).policies;
      expect(await rulesOf('ValidatingAdmissionPolicy')).toEqual(
        ['testbed-rules-anchor', ...wanted.map(({ policy }) => policy.metadata.name)].toSorted(),
      );
      expect(await rulesOf('ValidatingAdmissionPolicyBinding')).toEqual(
        [
          'testbed-rules-anchor',
          ...wanted.flatMap(({ bindings }) => bindings.map((one) => one.metadata.name)),
        ].toSorted(),
      );
      expect(seen).toEqual([
        { step: 'changed rules', outcome: 'changed', many: true, wrong: [] },
        { step: 'the same again', outcome: 'unchanged', many: true, wrong: [] },
      ]);
    },
  );
});
