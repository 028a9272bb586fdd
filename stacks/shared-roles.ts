import type { types } from '@pulumi/kubernetes';
import { NAMESPACES, ROLES, SERVICE_ACCOUNTS, WORKLOADS } from '../components/vocabulary';
import { sharedMetadata } from './shared-metadata';

type PolicyRule = types.input.rbac.v1.PolicyRule;

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];
const ALL = [...READ, ...WRITE, 'deletecollection'];
/** Server-side apply of what may not exist yet, and its end. */
const APPLY = ['create', 'patch', 'delete'];
const END = [...READ, 'delete'];

/**
 * What a developer may do in a testbed, at every grade. Secrets only by name, since a list would show all at once.
 * Left out on purpose: everything that reaches past a pod's own template (ephemeral containers, eviction, binding, status, scale of what
 * may be ours), service accounts and their tokens, roles, DaemonSets, Ingresses, EndpointSlices.
 */
export function developerRole(): types.input.rbac.v1.ClusterRole {
  return clusterRole(ROLES.developer, [
    { apiGroups: [''], resources: ['pods', 'services', 'configmaps', 'persistentvolumeclaims'], verbs: ALL },
    { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: ALL },
    { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ALL },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', ...WRITE] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    // To their own pods: the role is bound in one namespace. `get` beside `create`, because clients over WebSocket use it for the same thing.
    { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create', 'get'] },
    { apiGroups: [''], resources: ['events', 'resourcequotas', 'limitranges'], verbs: READ },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: READ },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: READ },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: READ },
  ]);
}

/** Added at grade `open`. */
export function developerOpenRole(): types.input.rbac.v1.ClusterRole {
  return clusterRole(ROLES.developerOpen, [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] }]);
}

/** For the time of a backup or a restore, in the namespace of one testbed: the pod of its database and no other. */
export function databaseOperatorRole(): types.input.rbac.v1.ClusterRole {
  return clusterRole(ROLES.databaseOperator, [
    {
      apiGroups: [''],
      resources: ['pods/exec'],
      resourceNames: [`${WORKLOADS.database.name}-0`],
      verbs: ['create', 'get'],
    },
  ]);
}

/**
 * What it takes to make, compare and end testbeds, and no more: no Secret is read, no role is made, and of the roles that exist only the
 * fixed ones can be given (`bind`). What else a RoleBinding would need, the API server refuses.
 */
export function provisionerRole(): types.input.rbac.v1.ClusterRole {
  return clusterRole(ROLES.provisioner, [
    { apiGroups: [''], resources: ['namespaces'], verbs: [...READ, ...APPLY] },
    { apiGroups: [''], resources: ['resourcequotas', 'limitranges', 'serviceaccounts'], verbs: [...READ, ...APPLY] },
    { apiGroups: [''], resources: ['configmaps', 'services'], verbs: [...READ, ...APPLY] },
    { apiGroups: [''], resources: ['secrets'], verbs: APPLY },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: [...READ, ...APPLY] },
    { apiGroups: ['apps'], resources: ['statefulsets'], verbs: [...READ, ...APPLY] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: [...READ, ...APPLY] },
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      resourceNames: [ROLES.developer, ROLES.developerOpen, ROLES.databaseOperator],
      verbs: ['bind'],
    },
    // A testbed ends with everything that runs in it, the participant's own too; they are never made or changed.
    { apiGroups: [''], resources: ['pods', 'persistentvolumeclaims'], verbs: END },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: END },
    { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: END },
    // To wait until things are ready, and to say what they wait for.
    { apiGroups: [''], resources: ['events', 'persistentvolumes', 'nodes'], verbs: READ },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: READ },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: READ },
  ]);
}

export function provisionerAccount(): types.input.core.v1.ServiceAccount {
  return {
    metadata: sharedMetadata(SERVICE_ACCOUNTS.provisioner, NAMESPACES.system),
    automountServiceAccountToken: false,
  };
}

const PROVISIONER = { kind: 'ServiceAccount', name: SERVICE_ACCOUNTS.provisioner, namespace: NAMESPACES.system };

export function provisionerBinding(): types.input.rbac.v1.ClusterRoleBinding {
  return {
    metadata: sharedMetadata(ROLES.provisioner),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLES.provisioner },
    subjects: [PROVISIONER],
  };
}

/** Tokens for members are asked for where their identities live, and nowhere else. */
export function tokenRole(): types.input.rbac.v1.Role {
  return {
    metadata: sharedMetadata(ROLES.provisioner, NAMESPACES.access),
    rules: [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }],
  };
}

export function tokenBinding(): types.input.rbac.v1.RoleBinding {
  return {
    metadata: sharedMetadata(ROLES.provisioner, NAMESPACES.access),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: ROLES.provisioner },
    subjects: [PROVISIONER],
  };
}

function clusterRole(name: string, rules: PolicyRule[]): types.input.rbac.v1.ClusterRole {
  return { metadata: sharedMetadata(name), rules };
}
