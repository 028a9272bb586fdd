import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../../kubernetes/client';
import { listAt, stringAt } from '../../../kubernetes/json';
import type { JsonObject, JsonValue, KubernetesClient } from '../../../kubernetes/types';
import { upSpec } from '../../../operations/up';
import { admissionObjects } from '../../../policies/admission/policies';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { MERGE, object, workload } from '../../isolation/cells/cell';
import { unexemptAdministrator } from '../../isolation/unexempt-administrator';
import { testSurroundings } from '../../support/cluster';
import {
  FOREIGN,
  FOREIGN_REFUSED,
  foreignContainer,
  foreignPodSpec,
  legalPodSpec,
  unlike,
} from '../../support/foreign-pod';
import { eventually } from '../../support/rejection';
import { specOf } from '../../support/specs';
import { openTestSite, type TestSite } from '../../support/testbeds';

/*
 * Ways around the rules of the cluster, tried with all rights of a participant's role in a testbed of grade sensitive: each is refused, or changes
 * no verdict. Who may touch the rules themselves is in keeping.test.ts.
 */
const catalogue = loadCatalogue();
const { policies, parameters } = admissionObjects(catalogue, { minor: '1.34' });
const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const PLATFORM_KEYS = 'are set by the platform only, in templates too';

let site: TestSite;
let own: string;
let participant: KubernetesClient;
let mallory: KubernetesClient;
let admin: KubernetesClient;

beforeAll(async () => {
  site = openTestSite();
  admin = createClient(testSurroundings().connection);
  own = (await upSpec(specOf({ name: 'evasion', grade: 'sensitive' }), site.target, site.surroundings)).testbed.id;
  participant = await site.participant('evasion');
  mallory = createClient(await unexemptAdministrator(admin));
});
afterAll(async () => {
  await Promise.all([admin.close(), mallory.close()]);
  await site.end('evasion');
  await site.close();
});

const pods = () => `/api/v1/namespaces/${own}/pods`;
const foreignPod = (metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'mine', namespace: own, ...metadata },
  spec: foreignPodSpec(),
});
const json = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

interface Try {
  readonly title: string;
  readonly attempt: () => Promise<unknown>;
  /** Part of what is said; where several may be the first to say it, of each. */
  readonly answer: string | readonly string[];
}

describe('whatever way a participant makes it, a bad pod is refused by its rule', () => {
  const template = (rest: JsonObject = {}) => ({ metadata: { labels: { app: 'x' } }, spec: foreignPodSpec(rest) });
  const job = { template: template({ restartPolicy: 'Never' }) };
  const create = (apiVersion: string, kind: string, rest: Record<string, unknown>) => (): Promise<unknown> =>
    participant.create(object(apiVersion, kind, own, 'mine', rest), { dryRun: true });
  const applied = (manager: string) => () =>
    participant.raw('PATCH', `${pods()}/mine?dryRun=All&force=true&fieldManager=${manager}`, {
      body: json(foreignPod()),
      contentType: APPLY,
    });
  /** Of a Deployment that stands and is in order. */
  const changed = (contentType: string, body: JsonValue) => async () => {
    const spec = { ...Object(workload({}, legalPodSpec())['spec']), replicas: 0 };
    await participant.apply(object('apps/v1', 'Deployment', own, 'standing', { spec }), { fieldManager: 'mine' });
    const path = `/apis/apps/v1/namespaces/${own}/deployments/standing`;
    const force = contentType === APPLY ? '&force=true' : '';
    return participant.raw('PATCH', `${path}?dryRun=All&fieldManager=mine${force}`, { body, contentType });
  };

  const ways: readonly Try[] = [
    { title: 'a pod', attempt: create('v1', 'Pod', { spec: foreignPodSpec() }), answer: FOREIGN_REFUSED },
    {
      title: 'a pod whose name is generated',
      attempt: () =>
        participant.raw('POST', `${pods()}?dryRun=All`, {
          body: json(foreignPod({ name: undefined, generateName: 'mine-' })),
        }),
      answer: FOREIGN_REFUSED,
    },
    { title: 'a pod that is applied by force', attempt: applied('mine'), answer: FOREIGN_REFUSED },
    {
      title: 'a pod that is applied in the name of the platform',
      attempt: applied('pulumi-kubernetes-testbed'),
      answer: FOREIGN_REFUSED,
    },
    {
      title: 'a pod with labels and annotations of the platform',
      attempt: () =>
        participant.create(
          object(
            'v1',
            'Pod',
            own,
            'mine',
            { spec: foreignPodSpec() },
            { labels: { 'testbed.io/component': 'shared' } },
          ),
          { dryRun: true },
        ),
      answer: [FOREIGN_REFUSED, PLATFORM_KEYS],
    },
    {
      title: 'an init container',
      attempt: create('v1', 'Pod', {
        spec: legalPodSpec({ initContainers: [foreignContainer('setup')] }),
      }),
      answer: ['image-registry-allowlist: container setup: image', 'pod-resource-limits: container setup'],
    },
    {
      title: 'a Deployment',
      attempt: create('apps/v1', 'Deployment', {
        spec: { selector: { matchLabels: { app: 'x' } }, template: template() },
      }),
      answer: FOREIGN_REFUSED,
    },
    {
      title: 'a StatefulSet',
      attempt: create('apps/v1', 'StatefulSet', {
        spec: { serviceName: 'x', selector: { matchLabels: { app: 'x' } }, template: template() },
      }),
      answer: FOREIGN_REFUSED,
    },
    { title: 'a Job', attempt: create('batch/v1', 'Job', { spec: job }), answer: FOREIGN_REFUSED },
    {
      title: 'a CronJob',
      attempt: create('batch/v1', 'CronJob', { spec: { schedule: '0 3 * * *', jobTemplate: { spec: job } } }),
      answer: FOREIGN_REFUSED,
    },
    {
      title: 'a change by merge patch',
      attempt: changed(MERGE, json({ spec: { template: { spec: foreignPodSpec() } } })),
      answer: FOREIGN_REFUSED,
    },
    {
      title: 'a change by JSON patch',
      attempt: changed(JSON_PATCH, [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: FOREIGN }]),
      answer: FOREIGN_REFUSED,
    },
    {
      title: 'a change by apply',
      attempt: () =>
        changed(APPLY, json(object('apps/v1', 'Deployment', own, 'standing', workload({}, foreignPodSpec()))))(),
      answer: FOREIGN_REFUSED,
    },
    {
      title: 'a list of pods',
      attempt: () =>
        participant.raw('POST', `${pods()}?dryRun=All`, {
          body: json({ apiVersion: 'v1', kind: 'List', items: [foreignPod()] }),
        }),
      answer: '400',
    },
    {
      title: 'a pod list',
      attempt: () =>
        participant.raw('POST', `${pods()}?dryRun=All`, {
          body: json({ apiVersion: 'v1', kind: 'PodList', items: [foreignPod()] }),
        }),
      answer: '400',
    },
    {
      title: 'an ephemeral container',
      attempt: () =>
        participant.raw('PATCH', `${pods()}/any/ephemeralcontainers?dryRun=All`, { body: {}, contentType: MERGE }),
      answer: 'has no right to',
    },
    {
      title: 'a pod of a namespace of its own',
      attempt: () =>
        participant.raw('POST', '/api/v1/namespaces?dryRun=All', {
          body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tb-aaaaaa' } },
        }),
      answer: 'has no right to',
    },
    {
      title: 'a pod in the namespace of another',
      attempt: () =>
        participant.create(object('v1', 'Pod', 'default', 'mine', { spec: foreignPodSpec() }), { dryRun: true }),
      answer: 'has no right to',
    },
  ];

  it.each(ways)('$title', async ({ attempt, answer }) => {
    expect(await unlike(answer, attempt())).toBeUndefined();
  });

  it('parameters of the same name in the own namespace allow nothing', async () => {
    const { name } = parameters.sensitive.metadata;
    const data = { ...parameters.sensitive.data, 'image-registry-allowlist.registries': 'registry.evil.example' };
    await participant.create(object('v1', 'ConfigMap', own, name, { data }));
    expect(await unlike(FOREIGN_REFUSED, create('v1', 'Pod', { spec: foreignPodSpec() })())).toBeUndefined();
  });

  it('no kind that rules look at is served at an older version, which they would have to look at too', async () => {
    const matched = catalogue.rules.flatMap(({ match }) => match.filter((one) => one.type === 'kind'));
    const groups = new Map(matched.map(({ group, version }) => [group, version]));
    const { body } = await admin.raw('GET', '/apis');
    const served = listAt(body, 'groups') ?? [];
    groups.delete('');
    expect(groups.size).toBeGreaterThan(4);
    for (const [group, version] of groups) {
      const found = served.find((one) => stringAt(one, 'name') === group);
      const versions = listAt(found, 'versions')?.map((one) => stringAt(one, 'version'));
      expect([group, versions]).toEqual([group, [version]]);
    }
  });
});

describe('a foreign binding of a policy of ours', () => {
  it('adds a verdict of its own and takes none away', async () => {
    const name = `foreign-${own}`;
    const bound = policies.find(({ policy }) =>
      policy.spec.validations.some(({ message }) => message.startsWith('image-registry-allowlist: ')),
    );
    const metadata = { name };
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
    };
    await mallory.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    const data = { ...parameters.open.data, 'image-registry-allowlist.registries': 'none.example' };
    await mallory.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: name }, data });
    await mallory.create({
      ...binding,
      spec: {
        policyName: bound?.policy.metadata.name,
        validationActions: ['Warn'],
        paramRef: { name, namespace: name, parameterNotFoundAction: 'Allow' },
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': own } } },
      },
    });
    try {
      // In force when it warns of what ours let through.
      await eventually('the foreign binding in force', async () => {
        participant.takeWarnings();
        await participant.create(object('v1', 'Pod', own, 'mine', { spec: legalPodSpec() }), { dryRun: true });
        return participant.takeWarnings().find((warning) => warning.includes(`with binding '${name}'`));
      });
      const pod = object('v1', 'Pod', own, 'mine', { spec: foreignPodSpec() });
      expect(await unlike(FOREIGN_REFUSED, participant.create(pod, { dryRun: true }))).toBeUndefined();
    } finally {
      await mallory.delete({ ...binding, ...metadata });
      await mallory.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    }
  });
});
