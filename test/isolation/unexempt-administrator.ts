import { requestToken } from '../../kubernetes/token';
import type { ClusterConnection, KubernetesClient } from '../../kubernetes/types';

/** A connection with every right of RBAC that no guard rail exempts: `mallory`. Made by an administrator. */
export async function unexemptAdministrator(admin: KubernetesClient): Promise<ClusterConnection> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mallory', namespace: 'kube-system' } };
  await admin.create(account);
  await admin.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'mallory' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'mallory', namespace: 'kube-system' }],
  });
  const { token } = await requestToken(admin, {
    namespace: 'kube-system',
    serviceAccount: 'mallory',
    expirationSeconds: 3600,
  });
  const { server, caPem } = admin.connection;
  return { server, caPem, credential: { kind: 'token', token } };
}
