import { LABELS, NAMESPACES, NAMESPACE_ROLES, POD_SECURITY_VERSION } from '../../../components/vocabulary';
import type { KubernetesObject } from '../../../kubernetes/types';

/** Where the platform's own identities and claims live. An embedded cluster brings it; on an existing one `shared up` makes it. */
export function systemNamespace(): KubernetesObject {
  const levels = ['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, POD_SECURITY_VERSION],
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: NAMESPACES.system,
      labels: { ...Object.fromEntries(levels), [LABELS.role]: NAMESPACE_ROLES.system },
    },
  };
}
