import { MERGE, creates, legalPod, object, workload, type Cell, type DeniedCell } from './cell';
import { platformCells } from './platform';
import {
  BY_MANAGED_OBJECTS,
  BY_PLATFORM_KEYS,
  BY_PLATFORM_ROLES,
  BY_SERVICE_ACCOUNTS,
  byPolicy,
  byRole,
  type Resource,
} from './refusals';

const inside = (words: string): string => byPolicy('inside-testbeds', words);
const standing = (words: string): string => byPolicy('standing-namespaces', words);

const VOLUMES = inside(
  "the volumes of the platform's workloads are neither mounted nor copied: use the database through its port",
);
const IDENTITIES = standing('no workload runs where the identities of people are kept');
const PREVIEWS = standing('workloads are only tried here, as dry runs, never run');

/** Ways around the guard rails with objects of one's own; each must be refused to everybody whom no rail exempts. */
export function detourCells(namespace: string): DeniedCell[] {
  const rbac = 'rbac.authorization.k8s.io';
  const configMap = (metadata: Record<string, unknown>) => object('v1', 'ConfigMap', namespace, 'mine', {}, metadata);
  const pod = (spec: Record<string, unknown>) => object('v1', 'Pod', namespace, 'mine', { spec: legalPod(spec) });
  const own = { namespace } as const;
  return [
    byOne(creates('make an object with our label', configMap({ labels: { 'testbed.io/managed': 'true' } })), [
      BY_MANAGED_OBJECTS,
      BY_PLATFORM_KEYS,
    ]),
    byOne(
      creates(
        'make an object with another label of ours',
        configMap({ labels: { 'testbed.io/testbed': 'tb-other1' } }),
      ),
      BY_PLATFORM_KEYS,
    ),
    byOne(
      creates('make an object with a mark of ours', configMap({ annotations: { 'testbed.io/stack': 'shared' } })),
      BY_PLATFORM_KEYS,
    ),
    byOne(
      creates(
        'have pods made with our label',
        object('apps/v1', 'Deployment', namespace, 'mine', workload({ 'testbed.io/managed': 'true' })),
      ),
      BY_PLATFORM_KEYS,
    ),
    byTwo(
      creates(
        'give oneself a role',
        object(`${rbac}/v1`, 'RoleBinding', namespace, 'mine', {
          roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'view' },
          subjects: [],
        }),
      ),
      ['create', { ...own, group: rbac, resource: 'rolebindings' }],
      BY_PLATFORM_ROLES,
    ),
    byTwo(
      creates('make a role', object(`${rbac}/v1`, 'Role', namespace, 'mine', { rules: [] })),
      ['create', { ...own, group: rbac, resource: 'roles' }],
      BY_PLATFORM_ROLES,
    ),
    byTwo(
      {
        title: "ask for a token of the database's account",
        attempt: (c) =>
          c.raw('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/database/token?dryRun=All`, {
            body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
          }),
      },
      ['create', { ...own, group: '', resource: 'serviceaccounts/token' }],
      inside('tokens of service accounts are given out by the platform only'),
    ),
    byOne(
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
      inside('a Secret of type kubernetes.io/service-account-token would be a token without an end'),
    ),
    byOne(creates("run as the database's account", pod({ serviceAccountName: 'database' })), BY_SERVICE_ACCOUNTS),
    byOne(
      creates(
        "mount the database's volume",
        pod({ volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data-database-0' } }] }),
      ),
      VOLUMES,
    ),
    byOne(
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
      VOLUMES,
    ),
    {
      ...byOne(
        {
          title: "open a shell in the database's pod",
          attempt: (c) => c.raw('POST', `/api/v1/namespaces/${namespace}/pods/database-0/exec?command=sh&stdout=true`),
        },
        inside("no shell in the pods of the platform's workloads: use the database through its port"),
      ),
      behind: '400 ',
    },
    byOne(
      creates('keep the testbed from ending by a finalizer', configMap({ finalizers: ['example.com/never'] })),
      inside('a finalizer of its own would keep the testbed from ending'),
    ),
    byTwo(
      creates('label a namespace of its own as a testbed', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'mine', labels: { 'testbed.io/role': 'testbed' } },
      }),
      ['create', { namespace: undefined, group: '', resource: 'namespaces' }],
      byPolicy('namespace-keys', 'labels and annotations under testbed.io/ are set by the platform only'),
    ),
    ...standingCells(),
    ...platformCells(),
    {
      ...byTwo(
        {
          title: "take the testbed's Pod Security off",
          attempt: (c) =>
            c.raw('PATCH', `/api/v1/namespaces/${namespace}?dryRun=All`, {
              body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
              contentType: MERGE,
            }),
        },
        ['patch', { ...own, group: '', resource: 'namespaces' }],
        BY_MANAGED_OBJECTS,
      ),
      // A rule says so too.
      behind: '403 rule ns-psa-enforce',
    },
    byTwo(
      { title: 'end the namespace', attempt: (c) => c.raw('DELETE', `/api/v1/namespaces/${namespace}?dryRun=All`) },
      ['delete', { ...own, group: '', resource: 'namespaces' }],
      BY_MANAGED_OBJECTS,
    ),
  ];
}

/** What the one attempt that is no dry run makes where no rail refuses it. */
export const REALLY_RUN = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'testbed-preview-open',
  name: 'mine',
} as const;

/** Where nobody runs anything, the platform included. */
function standingCells(): DeniedCell[] {
  const deployment = (namespace: string) =>
    object(REALLY_RUN.apiVersion, REALLY_RUN.kind, namespace, REALLY_RUN.name, workload());
  const create = (group: string, resource: string, namespace: string) =>
    ['create', { group, resource, namespace }] as const;
  return [
    {
      ...byTwo(
        creates('run a pod where identities live', object('v1', 'Pod', 'testbed-access', 'mine', { spec: legalPod() })),
        create('', 'pods', 'testbed-access'),
        IDENTITIES,
      ),
      behind: IDENTITIES,
    },
    // A Deployment too: the quota of no pods does not count it.
    {
      ...byTwo(
        creates('run a workload where identities live', deployment('testbed-access')),
        create('apps', 'deployments', 'testbed-access'),
        IDENTITIES,
      ),
      behind: IDENTITIES,
    },
    // Not a dry run: dry runs are what these namespaces are for. Refused, it leaves nothing.
    {
      ...byTwo(
        {
          title: 'really run something where previews are tried',
          attempt: (c) => c.create(deployment(REALLY_RUN.namespace)),
        },
        create('apps', 'deployments', REALLY_RUN.namespace),
        PREVIEWS,
      ),
      behind: PREVIEWS,
    },
  ];
}

/** Refused to participant and administrator alike: the role reaches it. */
function byOne(cell: Cell, refusal: DeniedCell['refusal']): DeniedCell {
  return { ...cell, refusal, administrator: refusal };
}

/** Refused by the role first, and by a policy to those with a wider one. */
function byTwo(cell: Cell, [verb, resource]: readonly [string, Resource], administrator: string): DeniedCell {
  return { ...cell, refusal: byRole(verb, resource), administrator };
}
