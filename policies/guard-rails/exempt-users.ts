import { USERS } from '../../components/vocabulary';

/** Who provisions, who breaks the glass (an hour, by name, audited), and who starts the embedded cluster. */
const PLATFORM = [USERS.provisioner, USERS.admin, USERS.bootstrap] as const;

/**
 * What a node and its storage do with our pods and claims: of a real one its network plugin notes a pod's address on it, and its storage ends
 * pods that write more than their claim where no file system stops them; of a simulated one all is stood in for.
 */
const NODE_PARTS = [USERS.networkPlugin, USERS.localStorage, USERS.kwok, USERS.simulatedStorage] as const;

/** The control plane's own users. `system:kube-controller-manager` is all its controllers at once, where they have no accounts of their own. */
const CONTROL_PLANE = ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler'] as const;

/** Controllers of Kubernetes that make, change or end objects which bear our label. The namespace controller among them: without it no namespace of ours ever ends. */
const CONTROLLERS = [
  'attachdetach-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'service-account-controller',
  'service-controller',
  'statefulset-controller',
  'taint-eviction-controller',
  'ttl-after-finished-controller',
] as const;

/**
 * The users whom the guard rails let through, by exact name: no group that a cluster hands out freely, and no pattern. Not even a cluster's
 * own administrators are among them, unless a site names them (`admins`).
 */
export function exemptUsers(admins: readonly string[]): readonly string[] {
  return [
    ...PLATFORM,
    ...admins,
    ...NODE_PARTS,
    ...CONTROL_PLANE,
    ...CONTROLLERS.map((name) => `system:serviceaccount:kube-system:${name}`),
  ];
}

/**
 * Match condition of every guard rail: it is not even evaluated for the platform's own calls, which are nearly all of them. Kubelets are known
 * by their group; what a kubelet may do is bounded by the node authorizer.
 */
export function unlessExempt(admins: readonly string[]): { readonly name: string; readonly expression: string } {
  const users = exemptUsers(admins).map(celString).join(', ');
  return {
    name: 'not-exempt',
    expression: `!(request.userInfo.username in [${users}]) && !(has(request.userInfo.groups) && 'system:nodes' in request.userInfo.groups)`,
  };
}

/** A CEL string literal. */
export function celString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}
