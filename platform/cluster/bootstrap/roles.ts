import type { KubernetesObject } from '../../../kubernetes/types';

export const RBAC = 'rbac.authorization.k8s.io';
export const RBAC_VERSION = `${RBAC}/v1`;
export const READ: readonly string[] = ['get', 'list', 'watch'];

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

export type Subject =
  | { readonly kind: 'User' | 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string };

export function clusterRole(name: string, rules: readonly Rule[]): KubernetesObject {
  return { apiVersion: RBAC_VERSION, kind: 'ClusterRole', metadata: { name }, rules };
}

export function clusterBinding(name: string, role: string, subject: Subject): KubernetesObject {
  return {
    apiVersion: RBAC_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [subject.kind === 'ServiceAccount' ? subject : { apiGroup: RBAC, ...subject }],
  };
}

/** A cluster role and its only holder. */
export function grant(name: string, rules: readonly Rule[], subject: Subject): KubernetesObject[] {
  return [clusterRole(name, rules), clusterBinding(name, name, subject)];
}
