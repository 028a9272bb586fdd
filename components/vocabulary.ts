/**
 * The words that the cluster sees: labels, annotations, namespaces, roles, users. Imports nothing, so that every layer can use it.
 * A value here is part of the contract with what already runs: changing one needs an ADR and a migration.
 */

export const LABELS = {
  /** `true` on every object that the platform manages; the guard rails protect what bears it. */
  managed: 'testbed.io/managed',
  /** The testbed's id (`tb-x7k2p9`) on each of its objects, wherever they live. */
  testbed: 'testbed.io/testbed',
  /** `open` or `sensitive`, on namespaces. */
  grade: 'testbed.io/grade',
  /** What an object is part of: boundary, database, access, shared. */
  component: 'testbed.io/component',
  /** What a namespace is for: testbed, system, access, preview. */
  role: 'testbed.io/role',
  /** On the Secret of an operation: the stack that it works on. */
  operation: 'testbed.io/operation',
  /** `true` on nodes, storage classes and volumes that only pretend. */
  simulated: 'testbed.io/simulated',
} as const;

export const ANNOTATIONS = {
  /** Display name of the testbed, as its spec has it. */
  name: 'testbed.io/name',
  participant: 'testbed.io/participant',
  owner: 'testbed.io/owner',
  member: 'testbed.io/member',
  /** End of the testbed, RFC 3339 date. */
  ends: 'testbed.io/ends',
  /** The mark: which stack and which resource of it an object belongs to. */
  stack: 'testbed.io/stack',
  urn: 'testbed.io/urn',
  /** `true` lets the provider take over an object of this name that bears no mark (the `default` service account). */
  adopt: 'testbed.io/adopt',
  /** Fingerprint of a workload's configuration, on its pods: a change of it restarts them. */
  configuration: 'testbed.io/configuration',
  /** The same of the certificate that a workload starts with. */
  credentials: 'testbed.io/credentials',
  /** On a local volume: `enforced` when its file system keeps it within its size, else `unenforced`. */
  quota: 'testbed.io/quota',
  /** On a local volume: bytes used when last measured. */
  used: 'testbed.io/used',
  /** On a local volume that holds more than its claim: since when, RFC 3339. */
  over: 'testbed.io/over',
} as const;

/** Everything under this prefix is ours: nobody else sets, changes or takes away such a label or annotation. */
export const PLATFORM_PREFIX = 'testbed.io/';

/** The same for the labels by which the cluster judges pods. */
export const POD_SECURITY_PREFIX = 'pod-security.kubernetes.io/';

/** The version of the Pod Security Standards that namespaces are pinned to; never `latest`, which would change under what runs. */
export const POD_SECURITY_VERSION = 'v1.34';

/** Values of the label `component`. */
export const COMPONENTS = {
  boundary: 'boundary',
  database: 'database',
  access: 'access',
  shared: 'shared',
} as const;

/** Values of the label `role` on namespaces. */
export const NAMESPACE_ROLES = {
  testbed: 'testbed',
  system: 'system',
  access: 'access',
  preview: 'preview',
} as const;

export type Grade = 'open' | 'sensitive';
export const GRADES = ['open', 'sensitive'] as const satisfies readonly Grade[];

/** What the id of a testbed looks like; it is also the name of its namespace and of its stack. */
export const TESTBED_ID = /^tb-[a-z0-9]{6}$/;

/** Workloads that the platform runs in a testbed. Their pods are `<name>-<n>`, their claims `<claim>-<name>-<n>`; the guard rails know them by that. */
export const WORKLOADS = { database: { name: 'database', claim: 'data' } } as const;

/** Name of a member's identity in `testbed-access`; `digest` is the SHA-256 of the member's address in lower case, in hex. */
export function memberAccount(testbed: string, digest: string): string {
  return `${testbed}-${digest.slice(0, 8)}`;
}

export const NAMESPACES = {
  /** The platform's own identities and claims. */
  system: 'testbed-system',
  /** Where persons' identities live: no pod ever runs here, so none can wear them. */
  access: 'testbed-access',
} as const;

/** The standing empty namespace in which a preview dry-runs objects whose namespace does not exist yet. */
export function previewNamespace(grade: 'open' | 'sensitive'): string {
  return `testbed-preview-${grade}`;
}

/** Fixed cluster roles that access is given by; the provisioner may bind these and no others. */
export const ROLES = {
  /** What a developer may do in the own namespace, at every grade. */
  developer: 'testbed-developer',
  /** Added at grade `open`: exec. */
  developerOpen: 'testbed-developer-open',
  /** Runs commands in the pod of a testbed's database: bound to the provisioner alone, in one namespace, while an operation needs it. */
  databaseOperator: 'testbed-database-operator',
  /** Read-only view of the site. */
  operator: 'testbed-operator',
  provisioner: 'testbed-provisioner',
} as const;

/** The platform's users, by exact name; the guard rails let these through. */
export const USERS = {
  provisioner: 'system:serviceaccount:testbed-system:testbed-provisioner',
  /** May create an operation's Secret and ask for a provisioner token bound to it, no more. */
  site: 'testbed:site',
  /** One hour, explicit, audited (`testbed cluster kubeconfig --admin`). */
  admin: 'testbed:admin',
  operator: 'testbed:operator',
  /** Makes what the embedded cluster itself brings, in the seconds of its start; its certificate is never written to disk. */
  bootstrap: 'testbed:bootstrap',
  /** Plays the kubelet for simulated nodes. */
  kwok: 'testbed:kwok',
  /** Binds claims of the storage class `simulated`. */
  simulatedStorage: 'testbed:simulated-storage',
  /** Makes and ends the volumes of the storage class `local`. */
  localStorage: 'testbed:local-storage',
  /** The API server, where it calls the kubelet of a real node. */
  kubeletClient: 'testbed:kubelet-client',
  /** Enforces network policies on a real node. */
  felix: 'testbed:felix',
  /** Connects pods of a real node. */
  networkPlugin: 'testbed:cni',
  /** The supervisor's own probes of the components. */
  supervisor: 'testbed:supervisor',
} as const;

/** The group that the admin's certificate carries; bound to cluster-admin, revocable, never system:masters. */
export const ADMIN_GROUP = 'testbed:admins';

export const SERVICE_ACCOUNTS = { provisioner: 'testbed-provisioner' } as const;

export const STORAGE_CLASSES = { simulated: 'simulated', local: 'local' } as const;

/** The name of the embedded cluster's real node. */
export const REAL_NODE = 'node-1';

/** Begins the names of the platform's own images. It is no registry: the embedded cluster's node has them, nobody fetches them. */
export const NODE_REGISTRY = 'localhost/testbed';

/** The field manager of everything we apply. */
export const FIELD_MANAGER = 'pulumi-kubernetes-testbed';

/** Pulumi project of all testbeds and of the shared stack; letters, digits and `-` only (the state stores need it). */
export const PULUMI_PROJECT = 'testbed';

/** Name of the stack that the whole cluster shares. */
export const SHARED_STACK = 'shared';

/** The same of a cluster that a site did not make: named after the cluster's uid, so that a site can look after several. */
export function sharedStackOf(clusterUid: string): string {
  return `${SHARED_STACK}-${clusterUid.slice(0, 8)}`;
}
