import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACES, USERS } from '../../../components/vocabulary';
import { createClient } from '../../../kubernetes/client';
import { fieldsAt } from '../../../kubernetes/json';
import type { JsonObject, JsonValue, KubernetesClient } from '../../../kubernetes/types';
import { upSpec } from '../../../operations/up';
import { admissionObjects } from '../../../policies/admission/policies';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { MERGE, object } from '../../isolation/cells/cell';
import { unexemptAdministrator } from '../../isolation/unexempt-administrator';
import { testSurroundings } from '../../support/cluster';
import { FOREIGN, foreignContainer, legalPodSpec, unlike } from '../../support/foreign-pod';
import { answerOf } from '../../support/rejection';
import { specOf } from '../../support/specs';
import { openTestSite, type TestSite } from '../../support/testbeds';

/*
 * Who may touch what the rules are made of: tried with all rights of a participant's role and, where that role reaches nothing, as an administrator
 * of the cluster whom no guard rail exempts.
 */
const { policies, parameters } = admissionObjects(loadCatalogue(), { minor: '1.34' });
const API = '/apis/admissionregistration.k8s.io/v1';
const APPLY = 'application/apply-patch+yaml';

const MANAGED = "ValidatingAdmissionPolicy 'testbed-managed-objects'";
const NAMESPACE_KEYS = "ValidatingAdmissionPolicy 'testbed-namespace-keys'";
const SYSTEM = "ValidatingAdmissionPolicy 'testbed-system-namespace'";
const PLATFORM_KEYS = 'are set by the platform only, in templates too';
/** Where both guard a call, either may be the first to say so; the server itself, where it does not come to that. */
const MANAGED_OR_KEYS = [MANAGED, NAMESPACE_KEYS];
const MANAGED_OR_SYSTEM = [MANAGED, SYSTEM, 'field is immutable'];

let site: TestSite;
let own: string;
let participant: KubernetesClient;
let mallory: KubernetesClient;
let admin: KubernetesClient;

beforeAll(async () => {
  site = openTestSite();
  admin = createClient(testSurroundings().connection);
  own = (await upSpec(specOf({ name: 'keeping', grade: 'sensitive' }), site.target, site.surroundings)).testbed.id;
  participant = await site.participant('keeping');
  mallory = createClient(await unexemptAdministrator(admin));
});
afterAll(async () => {
  await Promise.all([admin.close(), mallory.close()]);
  await site.end('keeping');
  await site.close();
});

const pods = () => `/api/v1/namespaces/${own}/pods`;
/** A pod that waits: simulated nodes say that they can't resize what runs on them. */
const NOWHERE = { nodeSelector: { 'example.com/none': 'none' } };
const json = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

interface Try {
  readonly title: string;
  readonly attempt: () => Promise<unknown>;
  /** Part of what is said; where several may be the first to say it, of each. */
  readonly answer: string | readonly string[];
}

describe('a participant can neither change nor add to what the rules are made of', () => {
  const role = 'has no right to';
  const [first] = policies;
  const policy = first?.policy.metadata.name ?? '';
  const binding = first?.bindings[0]?.metadata.name ?? '';
  const parameter = parameters.sensitive.metadata.name;
  const places: readonly (readonly [string, string, string])[] = [
    ['a policy', `${API}/validatingadmissionpolicies`, policy],
    ['a binding', `${API}/validatingadmissionpolicybindings`, binding],
    ['the anchor', `${API}/validatingadmissionpolicies`, 'testbed-rules-anchor'],
    ["the anchor's binding", `${API}/validatingadmissionpolicybindings`, 'testbed-rules-anchor'],
    ['a parameter', `/api/v1/namespaces/${NAMESPACES.system}/configmaps`, parameter],
    ['a webhook', `${API}/mutatingwebhookconfigurations`, 'any'],
    ['a role of the platform', '/apis/rbac.authorization.k8s.io/v1/clusterroles', 'testbed-developer'],
  ];

  it.each(places)('%s: %s', async (_, all, name) => {
    const body = { metadata: { name, labels: { 'testbed.io/managed': null } } };
    const attempts = [
      participant.raw('POST', `${all}?dryRun=All`, { body }),
      participant.raw('PUT', `${all}/${name}?dryRun=All`, { body }),
      participant.raw('PATCH', `${all}/${name}?dryRun=All`, { body, contentType: MERGE }),
      participant.raw('PATCH', `${all}/${name}?dryRun=All&force=true&fieldManager=pulumi-kubernetes-testbed`, {
        body,
        contentType: APPLY,
      }),
      participant.raw('DELETE', `${all}/${name}?dryRun=All`),
      participant.raw('DELETE', `${all}?dryRun=All`),
    ];
    for (const answer of await Promise.all(attempts.map(answerOf))) expect(answer).toContain(role);
  });

  it('is told so as somebody else, too: nobody of the platform may be worn', async () => {
    const body = (user: string): JsonValue => ({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'impersonate', resource: 'users', name: user } },
    });
    for (const user of [USERS.admin, USERS.provisioner, USERS.site]) {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const answer = await participant.raw('POST', path, { body: body(user) });
      expect(fieldsAt(answer.body, 'status')['allowed']).toBe(false);
    }
  });
});

describe('the right to change policies and bindings, which no policy can guard', () => {
  // The API server asks no policy about policies, so that nobody locks everybody out.
  const users = [USERS.provisioner, USERS.site, USERS.operator, USERS.kwok, USERS.simulatedStorage, USERS.supervisor];
  it.each(users)('is not that of %s', async (user) => {
    const [, , namespace, name] = user.split(':');
    const groups = user.startsWith('system:serviceaccount:')
      ? ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`, name ?? '']
      : ['system:authenticated'];
    const allowed: string[] = [];
    for (const resource of [
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'mutatingwebhookconfigurations',
    ])
      for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection']) {
        const { body } = await admin.raw('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SubjectAccessReview',
            spec: { user, groups, resourceAttributes: { verb, resource, group: 'admissionregistration.k8s.io' } },
          },
        });
        if (fieldsAt(body, 'status')['allowed'] !== false) allowed.push(`${verb} ${resource}`);
      }
    expect(allowed).toEqual([]);
  });
});

describe('an administrator whom no rail exempts', () => {
  const parameter = () =>
    `/api/v1/namespaces/${NAMESPACES.system}/configmaps/${parameters.sensitive.metadata.name}?dryRun=All`;
  const namespace = () => `/api/v1/namespaces/${own}?dryRun=All`;
  const relabelled = (labels: Record<string, string | null>) => ({
    body: { metadata: { labels } },
    contentType: MERGE,
  });
  const bound = (name: string, subject: JsonObject): Parameters<KubernetesClient['create']>[0] => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [subject],
  });
  const made = (name: string, labels: Record<string, string> = {}, generateName?: string) =>
    mallory.raw('POST', '/api/v1/namespaces?dryRun=All', {
      body: json({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { ...(generateName === undefined ? { name } : { generateName }), labels },
      }),
    });

  const tries: readonly Try[] = [
    {
      title: 'changes no parameter',
      attempt: () => mallory.raw('PATCH', parameter(), { body: { data: { a: 'b' } }, contentType: MERGE }),
      answer: MANAGED_OR_SYSTEM,
    },
    {
      title: 'takes the label off no parameter',
      attempt: () => mallory.raw('PATCH', parameter(), relabelled({ 'testbed.io/managed': null })),
      answer: MANAGED_OR_SYSTEM,
    },
    { title: 'ends no parameter', attempt: () => mallory.raw('DELETE', parameter()), answer: MANAGED_OR_SYSTEM },
    {
      title: 'sweeps no parameters',
      attempt: () => mallory.raw('DELETE', `/api/v1/namespaces/${NAMESPACES.system}/configmaps?dryRun=All`),
      answer: MANAGED_OR_SYSTEM,
    },
    {
      title: 'lays no parameter ready for a catalogue to come',
      attempt: () =>
        mallory.create(object('v1', 'ConfigMap', NAMESPACES.system, 'testbed-rules-open-00000000', { data: {} }), {
          dryRun: true,
        }),
      answer: SYSTEM,
    },
    {
      title: 'ends no namespace with the parameters in it',
      attempt: () => mallory.raw('DELETE', `/api/v1/namespaces/${NAMESPACES.system}?dryRun=All`),
      answer: NAMESPACE_KEYS,
    },
    {
      title: 'takes the label of a testbed off',
      attempt: () => mallory.raw('PATCH', namespace(), relabelled({ 'testbed.io/managed': null })),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'lowers the grade of a testbed',
      attempt: () => mallory.raw('PATCH', namespace(), relabelled({ 'testbed.io/grade': 'open' })),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'takes the grade of a testbed off by force',
      attempt: () =>
        mallory.raw('PATCH', `${namespace()}&force=true&fieldManager=pulumi-kubernetes-testbed`, {
          body: {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: own, labels: { 'testbed.io/managed': 'true' } },
          },
          contentType: APPLY,
        }),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'gives a testbed the role of a namespace that is judged otherwise',
      attempt: () => mallory.raw('PATCH', namespace(), relabelled({ 'testbed.io/role': 'system' })),
      answer: MANAGED_OR_KEYS,
    },
    ...['status', 'finalize'].map((subresource): Try => ({
      title: `relabels a testbed through ${subresource}`,
      attempt: async () => {
        const live = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: own });
        const labels = { ...live?.metadata.labels, 'testbed.io/grade': 'open' };
        return mallory.raw('PUT', `/api/v1/namespaces/${own}/${subresource}?dryRun=All`, {
          body: json({ ...live, metadata: { ...live?.metadata, labels } }),
        });
      },
      answer: MANAGED_OR_KEYS,
    })),
    {
      title: 'makes no namespace that is called like a testbed',
      attempt: () => made('tb-aaaaaa'),
      answer: NAMESPACE_KEYS,
    },
    {
      title: 'makes none whose generated name is that of a testbed',
      attempt: () => made('', {}, 'tb-a'),
      answer: NAMESPACE_KEYS,
    },
    {
      title: 'makes no namespace with labels of ours',
      attempt: () => made('forged', { 'testbed.io/managed': 'true', 'testbed.io/grade': 'open' }),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'makes no namespace with a grade of ours',
      attempt: () => made('forged', { 'testbed.io/grade': 'open' }),
      answer: NAMESPACE_KEYS,
    },
    {
      title: 'adds a container to a running pod by the rules only',
      attempt: async () => {
        await mallory.create(object('v1', 'Pod', own, 'standing', { spec: legalPodSpec() }));
        return mallory.raw('PATCH', `${pods()}/standing/ephemeralcontainers?dryRun=All`, {
          body: { spec: { ephemeralContainers: [foreignContainer('look')] } },
          contentType: 'application/strategic-merge-patch+json',
        });
      },
      answer: `image-registry-allowlist: container look: image ${FOREIGN}`,
    },
    {
      title: 'takes the CPU share from a running pod through resize',
      attempt: async () => {
        await mallory.create(object('v1', 'Pod', own, 'resized', { spec: legalPodSpec(NOWHERE) }));
        return mallory.raw('PATCH', `${pods()}/resized/resize?dryRun=All`, {
          body: {
            spec: { containers: [{ name: 'main', resources: { requests: { cpu: '0' }, limits: { cpu: '0' } } }] },
          },
          contentType: 'application/strategic-merge-patch+json',
        });
      },
      answer: 'pod-resource-limits: container main: resources.requests.cpu missing or 0',
    },
    {
      title: 'puts a label of ours on an object through its status',
      attempt: async () => {
        await mallory.create(object('v1', 'Service', own, 'labelled', { spec: { ports: [{ port: 80 }] } }));
        return mallory.raw('PATCH', `/api/v1/namespaces/${own}/services/labelled/status?dryRun=All`, {
          body: { metadata: { annotations: { 'testbed.io/exposure-approved': 'yes' } } },
          contentType: MERGE,
        });
      },
      answer: PLATFORM_KEYS,
    },
    ...[
      { kind: 'ServiceAccount', name: 'x', namespace: 'tb-aaaaaa' },
      { kind: 'User', name: 'system:serviceaccount:testbed-access:x', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'Group', name: 'system:serviceaccounts:tb-aaaaaa', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'Group', name: 'system:authenticated', apiGroup: 'rbac.authorization.k8s.io' },
    ].map((subject): Try => ({
      title: `gives the cluster to ${subject.kind} ${subject.name} without a label of ours`,
      attempt: () => mallory.create(bound('forged', subject), { dryRun: true }),
      answer: ['rbac-no-cluster-admin: ', 'rbac-no-anonymous-subjects: '],
    })),
  ];

  it.each(tries)('$title', async ({ attempt, answer }) => {
    expect(await unlike(answer, attempt())).toBeUndefined();
  });

  it('renames no namespace to the selector of another: the server keeps that label itself', async () => {
    const { body } = await mallory.raw('PATCH', '/api/v1/namespaces/default?dryRun=All', {
      body: { metadata: { labels: { 'kubernetes.io/metadata.name': NAMESPACES.system } } },
      contentType: MERGE,
    });
    expect(fieldsAt(fieldsAt(body, 'metadata'), 'labels')['kubernetes.io/metadata.name']).toBe('default');
  });
});
