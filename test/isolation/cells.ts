import { isTestbedError } from '../../errors';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../kubernetes/types';

/** One thing that somebody tries. Everything that would change something is a dry run unless the cell is about the real call. */
export interface Cell {
  readonly title: string;
  readonly attempt: (client: KubernetesClient) => Promise<unknown>;
}

/** `allowed`, or the status and words of the refusal. Anything else than a refusal is an error of the test. */
export async function verdict(client: KubernetesClient, cell: Cell): Promise<string> {
  try {
    await cell.attempt(client);
    return 'allowed';
  } catch (error) {
    if (!isTestbedError(error, 'KubernetesRefused') || !('failure' in error)) throw error;
    const { failure } = error;
    if (typeof failure !== 'object' || failure === null || !('status' in failure) || !('message' in failure))
      throw error;
    return `${String(failure.status)} ${String(failure.message)}`;
  }
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
}

const core = (kind: string, plural: string): Kind => ({
  apiVersion: 'v1',
  kind,
  path: `/api/v1/namespaces/NS/${plural}`,
});
const group = (apiVersion: string, kind: string, plural: string): Kind => ({
  apiVersion,
  kind,
  path: `/apis/${apiVersion}/namespaces/NS/${plural}`,
});

/** What we manage in a testbed with a database, by kind and name. */
export const MANAGED: readonly (Kind & { readonly name: string })[] = [
  { ...core('ResourceQuota', 'resourcequotas'), name: 'quota' },
  { ...core('LimitRange', 'limitranges'), name: 'limits' },
  { ...group('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'), name: 'default-deny' },
  { ...group('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'), name: 'allow-same-namespace' },
  { ...group('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'), name: 'testbed-developer' },
  { ...core('ServiceAccount', 'serviceaccounts'), name: 'database' },
  { ...core('Secret', 'secrets'), name: 'database-owner' },
  { ...core('ConfigMap', 'configmaps'), name: 'database' },
  { ...core('Service', 'services'), name: 'database' },
  { ...group('apps/v1', 'StatefulSet', 'statefulsets'), name: 'database' },
  { ...core('Pod', 'pods'), name: 'database-0' },
  { ...core('PersistentVolumeClaim', 'persistentvolumeclaims'), name: 'data-database-0' },
];

const MERGE = 'application/merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

/** Every way to change or end each managed object: patch, forced apply, update by collection, end, end of all; dry and real. */
export function managedObjectCells(namespace: string): Cell[] {
  return MANAGED.flatMap(({ apiVersion, kind, path, name }) => {
    const at = `${path.replace('NS', namespace)}/${name}`;
    const taken: JsonObject = { metadata: { labels: { 'testbed.io/managed': null } } };
    const forced: JsonObject = {
      apiVersion,
      kind,
      metadata: { name, namespace, labels: { 'example.com/mine': 'yes' } },
    };
    return [
      {
        title: `patch ${kind} ${name}`,
        attempt: (c) =>
          c.raw('PATCH', `${at}?dryRun=All`, { body: { metadata: { labels: { a: 'b' } } }, contentType: MERGE }),
      },
      {
        title: `take our label off ${kind} ${name}`,
        attempt: (c) => c.raw('PATCH', at, { body: taken, contentType: MERGE }),
      },
      {
        title: `apply ${kind} ${name} by force`,
        attempt: (c) =>
          c.raw('PATCH', `${at}?dryRun=All&force=true&fieldManager=mallory`, { body: forced, contentType: APPLY }),
      },
      { title: `end ${kind} ${name}`, attempt: (c) => c.raw('DELETE', `${at}?dryRun=All`) },
      {
        title: `end every ${kind} (${name})`,
        attempt: (c) =>
          c.raw('DELETE', `${path.replace('NS', namespace)}?dryRun=All&labelSelector=testbed.io%2Fmanaged%3Dtrue`),
      },
    ];
  });
}

function object(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  rest: Record<string, unknown> = {},
  metadata: Record<string, unknown> = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...rest };
}

export function legalPod(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: 'registry.example/app:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
    ...overrides,
  };
}

const dry = { dryRun: true } as const;
const creates = (title: string, made: KubernetesObject): Cell => ({ title, attempt: (c) => c.create(made, dry) });

/** Ways around the guard rails with objects of one's own; each must be refused to everybody whom no rail exempts. */
export function detourCells(namespace: string): Cell[] {
  const template = (labels: Record<string, string>, spec = legalPod()): Record<string, unknown> => ({
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x', ...labels } }, spec },
    },
  });
  return [
    creates(
      'make an object with our label',
      object('v1', 'ConfigMap', namespace, 'mine', {}, { labels: { 'testbed.io/managed': 'true' } }),
    ),
    creates(
      'make an object with another label of ours',
      object('v1', 'ConfigMap', namespace, 'mine', {}, { labels: { 'testbed.io/testbed': 'tb-other1' } }),
    ),
    creates(
      'make an object with a mark of ours',
      object('v1', 'ConfigMap', namespace, 'mine', {}, { annotations: { 'testbed.io/stack': 'shared' } }),
    ),
    creates(
      'have pods made with our label',
      object('apps/v1', 'Deployment', namespace, 'mine', template({ 'testbed.io/managed': 'true' })),
    ),
    creates(
      'give oneself a role',
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', namespace, 'mine', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [],
      }),
    ),
    creates('make a role', object('rbac.authorization.k8s.io/v1', 'Role', namespace, 'mine', { rules: [] })),
    {
      title: "ask for a token of the database's account",
      attempt: (c) =>
        c.raw('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/database/token?dryRun=All`, {
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
        }),
    },
    creates(
      'make a token without an end',
      object(
        'v1',
        'Secret',
        namespace,
        'mine',
        { type: 'kubernetes.io/service-account-token' },
        { annotations: { 'kubernetes.io/service-account.name': 'default' } },
      ),
    ),
    creates(
      "run as the database's account",
      object('v1', 'Pod', namespace, 'mine', { spec: legalPod({ serviceAccountName: 'database' }) }),
    ),
    creates(
      "mount the database's volume",
      object('v1', 'Pod', namespace, 'mine', {
        spec: legalPod({ volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data-database-0' } }] }),
      }),
    ),
    creates(
      "copy the database's volume",
      object('v1', 'PersistentVolumeClaim', namespace, 'mine', {
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          dataSource: { kind: 'PersistentVolumeClaim', name: 'data-database-0' },
        },
      }),
    ),
    {
      title: "open a shell in the database's pod",
      attempt: (c) => c.raw('POST', `/api/v1/namespaces/${namespace}/pods/database-0/exec?command=sh&stdout=true`),
    },
    creates(
      'keep the testbed from ending by a finalizer',
      object('v1', 'ConfigMap', namespace, 'mine', {}, { finalizers: ['example.com/never'] }),
    ),
    creates('label a namespace of its own as a testbed', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'mine', labels: { 'testbed.io/role': 'testbed' } },
    }),
    creates('run a pod where identities live', object('v1', 'Pod', 'testbed-access', 'mine', { spec: legalPod() })),
    // A Deployment too: the quota of no pods does not count it.
    creates(
      'run a workload where identities live',
      object('apps/v1', 'Deployment', 'testbed-access', 'mine', template({})),
    ),
    // Not a dry run: dry runs are what these namespaces are for. Refused, it leaves nothing.
    {
      title: 'really run something where previews are tried',
      attempt: (c) => c.create(object('apps/v1', 'Deployment', 'testbed-preview-open', 'mine', template({}))),
    },
    {
      title: "take the testbed's Pod Security off",
      attempt: (c) =>
        c.raw('PATCH', `/api/v1/namespaces/${namespace}?dryRun=All`, {
          body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
          contentType: MERGE,
        }),
    },
    { title: 'end the namespace', attempt: (c) => c.raw('DELETE', `/api/v1/namespaces/${namespace}?dryRun=All`) },
  ];
}

/** What the boundary's own objects refuse: each cell falls with one of them. */
export function boundaryCells(namespace: string): Cell[] {
  const container = {
    name: 'main',
    image: 'registry.example/app:1',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  return [
    creates(
      'run a privileged pod (Pod Security)',
      object('v1', 'Pod', namespace, 'mine', {
        spec: { containers: [{ ...container, securityContext: { privileged: true } }] },
      }),
    ),
    creates(
      'open a port on the nodes (quota)',
      object('v1', 'Service', namespace, 'mine', {
        spec: { type: 'NodePort', ports: [{ port: 80 }], selector: { app: 'x' } },
      }),
    ),
    creates(
      'run a container larger than the size allows (limits)',
      object('v1', 'Pod', namespace, 'mine', {
        spec: legalPod({
          containers: [
            {
              ...container,
              resources: { requests: { cpu: '25m', memory: '64Mi' }, limits: { cpu: '3', memory: '64Mi' } },
            },
          ],
        }),
      }),
    ),
    creates(
      'run at a priority of the system (priority quota)',
      object('v1', 'Pod', namespace, 'mine', { spec: legalPod({ priorityClassName: 'system-cluster-critical' }) }),
    ),
  ];
}

/** Every way into a second testbed: each verb on each resource and sub-resource. */
export function foreignCells(other: string): Cell[] {
  const kinds: readonly (readonly [string, string])[] = [
    ['/api/v1', 'pods'],
    ['/api/v1', 'services'],
    ['/api/v1', 'configmaps'],
    ['/api/v1', 'secrets'],
    ['/api/v1', 'persistentvolumeclaims'],
    ['/api/v1', 'events'],
    ['/api/v1', 'resourcequotas'],
    ['/api/v1', 'limitranges'],
    ['/api/v1', 'serviceaccounts'],
    ['/api/v1', 'endpoints'],
    ['/apis/apps/v1', 'deployments'],
    ['/apis/apps/v1', 'statefulsets'],
    ['/apis/apps/v1', 'replicasets'],
    ['/apis/apps/v1', 'daemonsets'],
    ['/apis/batch/v1', 'jobs'],
    ['/apis/batch/v1', 'cronjobs'],
    ['/apis/networking.k8s.io/v1', 'networkpolicies'],
    ['/apis/networking.k8s.io/v1', 'ingresses'],
    ['/apis/discovery.k8s.io/v1', 'endpointslices'],
    ['/apis/rbac.authorization.k8s.io/v1', 'roles'],
    ['/apis/rbac.authorization.k8s.io/v1', 'rolebindings'],
  ];
  const byKind = kinds.flatMap(([root, plural]): Cell[] => {
    const all = `${root}/namespaces/${other}/${plural}`;
    const one = `${all}/database`;
    return [
      { title: `get ${plural}`, attempt: (c) => c.raw('GET', one) },
      { title: `list ${plural}`, attempt: (c) => c.raw('GET', all) },
      { title: `watch ${plural}`, attempt: (c) => c.raw('GET', `${all}?watch=true&timeoutSeconds=1`) },
      {
        title: `create ${plural}`,
        attempt: (c) => c.raw('POST', `${all}?dryRun=All`, { body: { metadata: { name: 'x' } } }),
      },
      {
        title: `update ${plural}`,
        attempt: (c) => c.raw('PUT', `${one}?dryRun=All`, { body: { metadata: { name: 'database' } } }),
      },
      {
        title: `patch ${plural}`,
        attempt: (c) => c.raw('PATCH', `${one}?dryRun=All`, { body: {}, contentType: MERGE }),
      },
      { title: `end ${plural}`, attempt: (c) => c.raw('DELETE', `${one}?dryRun=All`) },
      { title: `end all ${plural}`, attempt: (c) => c.raw('DELETE', `${all}?dryRun=All`) },
    ];
  });
  const pod = `/api/v1/namespaces/${other}/pods/database-0`;
  const byPath = (method: 'GET' | 'POST' | 'PATCH', path: string): Cell => ({
    title: `${method} ${path.replace(other, 'other')}`,
    attempt: (c) => c.raw(method, path, method === 'PATCH' ? { body: {}, contentType: MERGE } : {}),
  });
  return [
    ...byKind,
    byPath('GET', `${pod}/log`),
    byPath('POST', `${pod}/exec?command=sh`),
    byPath('POST', `${pod}/attach`),
    byPath('POST', `${pod}/portforward`),
    byPath('GET', `${pod}/proxy/`),
    byPath('POST', `${pod}/eviction`),
    byPath('POST', `${pod}/binding`),
    byPath('PATCH', `${pod}/ephemeralcontainers`),
    byPath('PATCH', `${pod}/status`),
    byPath('GET', `/api/v1/namespaces/${other}/services/database/proxy/`),
    byPath('POST', `/api/v1/namespaces/${other}/serviceaccounts/database/token`),
    byPath('PATCH', `/apis/apps/v1/namespaces/${other}/statefulsets/database/scale`),
    byPath('GET', `/api/v1/namespaces/${other}`),
    byPath('PATCH', `/api/v1/namespaces/${other}`),
  ];
}

/** Beyond any namespace: the cluster itself, and lists across all testbeds. */
export function clusterCells(own: string): Cell[] {
  const refused = (method: 'GET' | 'POST' | 'PATCH', path: string): Cell => ({
    title: `${method} ${path.replace(own, 'own')}`,
    attempt: (c) =>
      c.raw(
        method,
        path,
        method === 'GET' ? {} : { body: {}, contentType: method === 'PATCH' ? MERGE : 'application/json' },
      ),
  });
  return [
    ...['namespaces', 'nodes', 'persistentvolumes', 'pods', 'secrets', 'configmaps', 'services', 'events'].map(
      (plural) => refused('GET', `/api/v1/${plural}`),
    ),
    refused('GET', '/apis/apps/v1/statefulsets'),
    refused('GET', '/apis/storage.k8s.io/v1/storageclasses'),
    refused('GET', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'),
    refused(
      'PATCH',
      '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/testbed-managed-objects?dryRun=All',
    ),
    refused('PATCH', '/apis/rbac.authorization.k8s.io/v1/clusterroles/testbed-developer?dryRun=All'),
    refused('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?dryRun=All'),
    refused('POST', '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All'),
    refused('GET', '/api/v1/namespaces/testbed-system/secrets'),
    refused('GET', '/api/v1/namespaces/testbed-access/serviceaccounts'),
    refused('POST', '/api/v1/namespaces/testbed-access/serviceaccounts?dryRun=All'),
    // What the own namespace does not give either.
    refused('GET', `/api/v1/namespaces/${own}/secrets`),
    refused('PATCH', `/api/v1/namespaces/${own}/pods/database-0/ephemeralcontainers?dryRun=All`),
    refused('PATCH', `/api/v1/namespaces/${own}/pods/database-0/status?dryRun=All`),
    refused('POST', `/api/v1/namespaces/${own}/pods/database-0/eviction?dryRun=All`),
    refused('PATCH', `/apis/apps/v1/namespaces/${own}/statefulsets/database/scale?dryRun=All`),
    refused('PATCH', `/api/v1/namespaces/${own}/services/database/status?dryRun=All`),
    refused('GET', `/api/v1/namespaces/${own}/services/database/proxy/`),
    refused('POST', `/api/v1/namespaces/${own}/endpoints?dryRun=All`),
    refused('POST', `/apis/networking.k8s.io/v1/namespaces/${own}/networkpolicies?dryRun=All`),
    refused('POST', `/apis/apps/v1/namespaces/${own}/daemonsets?dryRun=All`),
  ];
}

/** What a developer is here for: each must be possible, or the denials above prove nothing. */
export function ownCells(namespace: string): Cell[] {
  const labels = { matchLabels: { app: 'x' } };
  const template = { metadata: { labels: { app: 'x' } }, spec: legalPod() };
  const job = { template: { metadata: {}, spec: legalPod({ restartPolicy: 'Never' }) } };
  const list = (root: string, plural: string): Cell => ({
    title: `list ${plural}`,
    attempt: (c) => c.raw('GET', `${root}/namespaces/${namespace}/${plural}`),
  });
  return [
    creates('create a Pod', object('v1', 'Pod', namespace, 'mine', { spec: legalPod() })),
    creates(
      'create a Deployment',
      object('apps/v1', 'Deployment', namespace, 'mine', { spec: { selector: labels, template } }),
    ),
    creates(
      'create a StatefulSet',
      object('apps/v1', 'StatefulSet', namespace, 'mine', {
        spec: { selector: labels, serviceName: 'mine', template },
      }),
    ),
    creates('create a Job', object('batch/v1', 'Job', namespace, 'mine', { spec: job })),
    creates(
      'create a CronJob',
      object('batch/v1', 'CronJob', namespace, 'mine', { spec: { schedule: '0 3 * * *', jobTemplate: { spec: job } } }),
    ),
    creates(
      'create a Service',
      object('v1', 'Service', namespace, 'mine', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } }),
    ),
    creates('create a ConfigMap', object('v1', 'ConfigMap', namespace, 'mine', { data: { a: 'b' } })),
    creates('create a Secret', object('v1', 'Secret', namespace, 'mine', { stringData: { a: 'b' } })),
    creates(
      'create a claim',
      object('v1', 'PersistentVolumeClaim', namespace, 'mine', {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      }),
    ),
    {
      title: 'make, change and end a ConfigMap for real',
      attempt: async (c) => {
        await c.create(object('v1', 'ConfigMap', namespace, 'real', { data: { a: 'b' } }));
        await c.apply(object('v1', 'ConfigMap', namespace, 'real', { data: { a: 'c' } }), {
          force: true,
          fieldManager: 'developer',
        });
        await c.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'real' });
      },
    },
    {
      title: "read the database's credentials by name",
      attempt: (c) => c.raw('GET', `/api/v1/namespaces/${namespace}/secrets/database-app`),
    },
    list('/api/v1', 'pods'),
    list('/api/v1', 'events'),
    list('/apis/apps/v1', 'replicasets'),
    list('/api/v1', 'resourcequotas'),
    list('/apis/networking.k8s.io/v1', 'networkpolicies'),
  ];
}
