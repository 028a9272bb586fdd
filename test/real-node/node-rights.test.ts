import { expect, it } from 'vitest';
import { z } from 'zod';
import { onRealNode } from '../support/real-node';

/** What each identity of the node may do, as the API server's own authorizers say it: least rights, and none of them the other's. */
const node = onRealNode();

interface Question {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
  readonly name?: string;
}

const answer = z.object({ status: z.object({ allowed: z.boolean() }) });

async function may(user: string, groups: readonly string[], question: Question): Promise<boolean> {
  const { verb, resource, group = '', subresource = '', name = '' } = question;
  const { body } = await node().admin.raw('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user,
        groups: ['system:authenticated', ...groups],
        resourceAttributes: { verb, resource, group, subresource, name, namespace: 'default' },
      },
    },
  });
  return answer.parse(body).status.allowed;
}

const EVERYBODY = [
  ['testbed:felix', []],
  ['testbed:cni', []],
  ['testbed:local-storage', []],
  ['testbed:kubelet-client', []],
  ['system:kube-proxy', []],
  ['system:node:node-1', ['system:nodes']],
  ['system:serviceaccount:kube-system:coredns', ['system:serviceaccounts']],
] as const;

/** What would let a part of the node become more than it is. */
const NOBODY: readonly Question[] = [
  { verb: 'list', resource: 'secrets' },
  { verb: 'create', resource: 'pods', subresource: 'exec' },
  { verb: 'create', resource: 'clusterrolebindings', group: 'rbac.authorization.k8s.io' },
  { verb: 'escalate', resource: 'clusterroles', group: 'rbac.authorization.k8s.io' },
  { verb: 'impersonate', resource: 'users' },
  { verb: 'update', resource: 'networkpolicies', group: 'networking.k8s.io' },
  { verb: 'delete', resource: 'validatingadmissionpolicies', group: 'admissionregistration.k8s.io' },
  { verb: 'delete', resource: 'namespaces' },
];

it.each(EVERYBODY)('%s can read no secrets at large, enter no pod and change no rule', async (user, groups) => {
  for (const question of NOBODY)
    expect([question.verb, question.resource, await may(user, groups, question)]).toEqual([
      question.verb,
      question.resource,
      false,
    ]);
});

const OWN_WORK: readonly (readonly [user: string, does: Question, not: Question])[] = [
  ['testbed:felix', { verb: 'watch', resource: 'pods' }, { verb: 'patch', resource: 'pods', subresource: 'status' }],
  ['testbed:cni', { verb: 'patch', resource: 'pods', subresource: 'status' }, { verb: 'list', resource: 'pods' }],
  [
    'testbed:local-storage',
    { verb: 'create', resource: 'persistentvolumes' },
    { verb: 'create', resource: 'persistentvolumeclaims' },
  ],
  [
    'testbed:kubelet-client',
    { verb: 'create', resource: 'nodes', subresource: 'proxy' },
    { verb: 'list', resource: 'pods' },
  ],
  [
    'system:kube-proxy',
    { verb: 'watch', resource: 'endpointslices', group: 'discovery.k8s.io' },
    { verb: 'list', resource: 'pods' },
  ],
  [
    'system:serviceaccount:kube-system:coredns',
    { verb: 'watch', resource: 'services' },
    { verb: 'get', resource: 'configmaps' },
  ],
];

it.each(OWN_WORK)('%s may do its own work, and not its neighbour’s', async (user, does, not) => {
  expect([await may(user, [], does), await may(user, [], not)]).toEqual([true, false]);
});

it('the kubelet is known as this node alone', async () => {
  const status = { verb: 'patch', resource: 'nodes', subresource: 'status' };
  const asNode = (name: string): Promise<boolean> => may('system:node:node-1', ['system:nodes'], { ...status, name });
  // The authorizer lets a kubelet patch any node; admission (NodeRestriction) holds it to its own. A user outside of the group is nobody.
  expect([await asNode('node-1'), await may('system:node:node-1', [], { ...status, name: 'node-1' })]).toEqual([
    true,
    false,
  ]);
});
