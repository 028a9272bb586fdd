import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACES, USERS } from '../../../components/vocabulary';
import { createClient } from '../../../kubernetes/client';
import { fieldsAt } from '../../../kubernetes/json';
import type { JsonValue, KubernetesClient } from '../../../kubernetes/types';
import { upSpec } from '../../../operations/up';
import { admissionObjects } from '../../../policies/admission/policies';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { MERGE } from '../../isolation/cells/cell';
import { unexemptAdministrator } from '../../isolation/unexempt-administrator';
import { testSurroundings } from '../../support/cluster';
import { unlike } from '../../support/foreign-pod';
import { answerOf } from '../../support/rejection';
import { specOf } from '../../support/specs';
import { openTestSite, type TestSite } from '../../support/testbeds';
import { administratorTries } from './administrator-tries';

/*
 * Who may touch what the rules are made of: tried with all rights of a participant's role and, where that role reaches nothing, as an administrator
 * of the cluster whom no guard rail exempts.
 */
const { policies, parameters } = admissionObjects(loadCatalogue(), { minor: '1.34' });
const API = '/apis/admissionregistration.k8s.io/v1';
const APPLY = 'application/apply-patch+yaml';

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
  it.each(administratorTries(() => ({ mallory, admin, own })))('$title', async ({ attempt, answer }) => {
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
