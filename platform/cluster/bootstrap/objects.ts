import {
  ADMIN_GROUP,
  LABELS,
  NAMESPACES,
  ROLES,
  SERVICE_ACCOUNTS,
  STORAGE_CLASSES,
  USERS,
} from '../../../components/vocabulary';
import type { ApiResource, KubernetesObject } from '../../../kubernetes/types';
import { systemNamespace } from './system-namespace';
import { RBAC, RBAC_VERSION, READ, clusterBinding, clusterRole, grant, type Rule } from './roles';

/** The field manager of what the cluster itself brings. */
export const CLUSTER_MANAGER = 'testbed-cluster';

/** The provisioner's name of the storage class `simulated`, and of its driver. */
export const SIMULATED_DRIVER = 'testbed.io/simulated';
/** CSI drivers are objects and take no slash. */
export const SIMULATED_CSI_DRIVER = 'simulated.testbed.io';

function kwokRules(): Rule[] {
  return [
    { apiGroups: [''], resources: ['nodes'], verbs: READ },
    { apiGroups: [''], resources: ['pods'], verbs: [...READ, 'patch', 'delete'] },
    { apiGroups: [''], resources: ['nodes/status', 'pods/status'], verbs: ['patch', 'update'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...READ, 'create', 'patch', 'update'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ];
}

function simulatedStorageRules(): Rule[] {
  return [
    { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: READ },
    { apiGroups: [''], resources: ['persistentvolumes'], verbs: [...READ, 'create', 'delete'] },
  ];
}

/** The site may begin operations and no more: it makes the Secret that an operation's token is bound to, and asks for that token. */
function siteAccess(): KubernetesObject[] {
  const metadata = { name: 'testbed-site', namespace: NAMESPACES.system };
  return [
    {
      apiVersion: RBAC_VERSION,
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete', 'list'] },
        {
          apiGroups: [''],
          resources: ['serviceaccounts/token'],
          resourceNames: [SERVICE_ACCOUNTS.provisioner],
          verbs: ['create'],
        },
      ],
    },
    {
      apiVersion: RBAC_VERSION,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: RBAC, kind: 'User', name: USERS.site }],
    },
  ];
}

function simulatedStorage(): KubernetesObject[] {
  const labels = { [LABELS.simulated]: 'true' };
  return [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: STORAGE_CLASSES.simulated,
        labels,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: SIMULATED_DRIVER,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    },
    {
      // Without it the controller manager would wait for somebody who attaches.
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: SIMULATED_CSI_DRIVER, labels },
      spec: { attachRequired: false, podInfoOnMount: false },
    },
  ];
}

/** Reading everything that the server has but the content of secrets; RBAC can't subtract, so every resource is named. */
export function operatorRole(resources: readonly ApiResource[]): KubernetesObject {
  const groups = new Map<string, Set<string>>();
  for (const { apiVersion, name, verbs } of resources) {
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const isSecret = group === '' && name === 'secrets';
    if (isSecret || name.includes('/') || !verbs.some((verb) => READ.includes(verb))) continue;
    const names = groups.get(group) ?? new Set();
    groups.set(group, names.add(name));
  }
  const rules = [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([group, names]) => ({ apiGroups: [group], resources: [...names].toSorted(), verbs: READ }));
  return clusterRole(ROLES.operator, rules);
}

/** Everything that the cluster brings besides nodes, in the order of its making. */
export function bootstrapObjects(resources: readonly ApiResource[], simulates: boolean): readonly KubernetesObject[] {
  return [
    systemNamespace(),
    clusterBinding('testbed-admins', 'cluster-admin', { kind: 'Group', name: ADMIN_GROUP }),
    clusterRole('testbed-supervisor', [{ nonResourceURLs: ['/readyz', '/livez', '/healthz'], verbs: ['get'] }]),
    clusterBinding('testbed-supervisor', 'testbed-supervisor', { kind: 'User', name: USERS.supervisor }),
    operatorRole(resources),
    clusterBinding(ROLES.operator, ROLES.operator, { kind: 'User', name: USERS.operator }),
    ...siteAccess(),
    ...(simulates
      ? [
          ...grant('testbed-kwok', kwokRules(), { kind: 'User', name: USERS.kwok }),
          ...grant('testbed-simulated-storage', simulatedStorageRules(), {
            kind: 'User',
            name: USERS.simulatedStorage,
          }),
          ...simulatedStorage(),
        ]
      : []),
  ];
}
