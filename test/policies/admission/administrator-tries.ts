import { NAMESPACES } from '../../../components/vocabulary';
import type { JsonObject, JsonValue, KubernetesClient } from '../../../kubernetes/types';
import { admissionObjects } from '../../../policies/admission/policies';
import { loadCatalogue } from '../../../policies/catalogue/load';
import { MERGE, object } from '../../isolation/cells/cell';
import { FOREIGN, foreignContainer, legalPodSpec } from '../../support/foreign-pod';

const { parameters } = admissionObjects(loadCatalogue(), { minor: '1.34' });
const APPLY = 'application/apply-patch+yaml';
const MANAGED = "ValidatingAdmissionPolicy 'testbed-managed-objects'";
const NAMESPACE_KEYS = "ValidatingAdmissionPolicy 'testbed-namespace-keys'";
const SYSTEM = "ValidatingAdmissionPolicy 'testbed-system-namespace'";
const PLATFORM_KEYS = 'are set by the platform only, in templates too';
/** Where several guard a call, each may be the first to say so, a rule of namespaces too; the server itself, where it does not come to that. */
const MANAGED_OR_KEYS = [MANAGED, NAMESPACE_KEYS, "ValidatingAdmissionPolicy 'testbed-rules-namespaces-"];
const MANAGED_OR_SYSTEM = [MANAGED, SYSTEM, 'field is immutable'];

/** A pod that waits: simulated nodes say that they can't resize what runs on them. */
const NOWHERE = { nodeSelector: { 'example.com/none': 'none' } };
const json = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

export interface Try {
  readonly title: string;
  readonly attempt: () => Promise<unknown>;
  /** Part of what is said; where several may be the first to say it, of each. */
  readonly answer: string | readonly string[];
}

/** Who tries, and the testbed of grade sensitive that is tried at; known once it is up. */
export interface Tried {
  readonly mallory: KubernetesClient;
  readonly admin: KubernetesClient;
  readonly own: string;
}

/** What an administrator whom no guard rail exempts tries at the rules and around them, and who refuses it. */
export function administratorTries(at: () => Tried): readonly Try[] {
  const pods = () => `/api/v1/namespaces/${at().own}/pods`;
  const parameter = () =>
    `/api/v1/namespaces/${NAMESPACES.system}/configmaps/${parameters.sensitive.metadata.name}?dryRun=All`;
  const namespace = () => `/api/v1/namespaces/${at().own}?dryRun=All`;
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
    at().mallory.raw('POST', '/api/v1/namespaces?dryRun=All', {
      body: json({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { ...(generateName === undefined ? { name } : { generateName }), labels },
      }),
    });

  return [
    {
      title: 'changes no parameter',
      attempt: () => at().mallory.raw('PATCH', parameter(), { body: { data: { a: 'b' } }, contentType: MERGE }),
      answer: MANAGED_OR_SYSTEM,
    },
    {
      title: 'takes the label off no parameter',
      attempt: () => at().mallory.raw('PATCH', parameter(), relabelled({ 'testbed.io/managed': null })),
      answer: MANAGED_OR_SYSTEM,
    },
    { title: 'ends no parameter', attempt: () => at().mallory.raw('DELETE', parameter()), answer: MANAGED_OR_SYSTEM },
    {
      title: 'sweeps no parameters',
      attempt: () => at().mallory.raw('DELETE', `/api/v1/namespaces/${NAMESPACES.system}/configmaps?dryRun=All`),
      answer: MANAGED_OR_SYSTEM,
    },
    {
      title: 'lays no parameter ready for a catalogue to come',
      attempt: () =>
        at().mallory.create(object('v1', 'ConfigMap', NAMESPACES.system, 'testbed-rules-open-00000000', { data: {} }), {
          dryRun: true,
        }),
      answer: SYSTEM,
    },
    {
      title: 'ends no namespace with the parameters in it',
      attempt: () => at().mallory.raw('DELETE', `/api/v1/namespaces/${NAMESPACES.system}?dryRun=All`),
      answer: NAMESPACE_KEYS,
    },
    {
      title: 'takes the label of a testbed off',
      attempt: () => at().mallory.raw('PATCH', namespace(), relabelled({ 'testbed.io/managed': null })),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'lowers the grade of a testbed',
      attempt: () => at().mallory.raw('PATCH', namespace(), relabelled({ 'testbed.io/grade': 'open' })),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'takes the grade of a testbed off by force',
      attempt: () =>
        at().mallory.raw('PATCH', `${namespace()}&force=true&fieldManager=pulumi-kubernetes-testbed`, {
          body: {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: at().own, labels: { 'testbed.io/managed': 'true' } },
          },
          contentType: APPLY,
        }),
      answer: MANAGED_OR_KEYS,
    },
    {
      title: 'gives a testbed the role of a namespace that is judged otherwise',
      attempt: () => at().mallory.raw('PATCH', namespace(), relabelled({ 'testbed.io/role': 'system' })),
      answer: MANAGED_OR_KEYS,
    },
    ...['status', 'finalize'].map((subresource): Try => ({
      title: `relabels a testbed through ${subresource}`,
      attempt: async () => {
        const live = await at().admin.get({ apiVersion: 'v1', kind: 'Namespace', name: at().own });
        const labels = { ...live?.metadata.labels, 'testbed.io/grade': 'open' };
        return at().mallory.raw('PUT', `/api/v1/namespaces/${at().own}/${subresource}?dryRun=All`, {
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
        await at().mallory.create(object('v1', 'Pod', at().own, 'standing', { spec: legalPodSpec() }));
        return at().mallory.raw('PATCH', `${pods()}/standing/ephemeralcontainers?dryRun=All`, {
          body: { spec: { ephemeralContainers: [foreignContainer('look')] } },
          contentType: 'application/strategic-merge-patch+json',
        });
      },
      answer: `image-registry-allowlist: container look: image ${FOREIGN}`,
    },
    {
      title: 'takes the CPU share from a running pod through resize',
      attempt: async () => {
        await at().mallory.create(object('v1', 'Pod', at().own, 'resized', { spec: legalPodSpec(NOWHERE) }));
        return at().mallory.raw('PATCH', `${pods()}/resized/resize?dryRun=All`, {
          body: {
            spec: { containers: [{ name: 'main', resources: { requests: { cpu: '0' }, limits: { cpu: '0' } } }] },
          },
          contentType: 'application/strategic-merge-patch+json',
        });
      },
      answer: 'pod-resource-limits: container main: resources.requests.cpu missing or 0',
    },
    ...['exec?command=sh', 'attach'].flatMap((way): Try[] =>
      // Asked for by POST or, over WebSocket, by GET; policies are asked before any pod or node.
      (['POST', 'GET'] as const).flatMap((method) => [
        {
          title: `enters no running pod of grade sensitive: ${method} ${way}`,
          attempt: () => at().mallory.raw(method, `/api/v1/namespaces/testbed-preview-sensitive/pods/any/${way}`),
          answer: `pod-no-exec: ${way.replace(/\?.*/, '')} - `,
        },
        {
          title: `enters the pod of a database, which the platform alone may, as little: ${method} ${way}`,
          attempt: () =>
            at().mallory.raw(method, `/api/v1/namespaces/testbed-preview-sensitive/pods/database-0/${way}`),
          answer: [`pod-no-exec: ${way.replace(/\?.*/, '')} - `, "no shell in the pods of the platform's workloads"],
        },
        {
          title: `may enter one of grade open: ${method} ${way}`,
          attempt: () => at().mallory.raw(method, `/api/v1/namespaces/testbed-preview-open/pods/any/${way}`),
          answer: 'pods "any" not found',
        },
      ]),
    ),
    {
      title: 'puts a label of ours on an object through its status',
      attempt: async () => {
        await at().mallory.create(object('v1', 'Service', at().own, 'labelled', { spec: { ports: [{ port: 80 }] } }));
        return at().mallory.raw('PATCH', `/api/v1/namespaces/${at().own}/services/labelled/status?dryRun=All`, {
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
      attempt: () => at().mallory.create(bound('forged', subject), { dryRun: true }),
      answer: ['rbac-no-cluster-admin: ', 'rbac-no-anonymous-subjects: '],
    })),
  ];
}
