import { randomBytes } from 'node:crypto';
import { requestToken } from '../../kubernetes/token';
import type { ClusterConnection, KubernetesClient } from '../../kubernetes/types';

/** A connection with every right of RBAC that no guard rail exempts. Made by an administrator, under a name of its own. */
export async function unexemptAdministrator(admin: KubernetesClient): Promise<ClusterConnection> {
  const name = `mallory-${randomBytes(4).toString('hex')}`;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } };
  await admin.create(account);
  await admin.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }],
  });
  const { token } = await requestToken(admin, {
    namespace: 'kube-system',
    serviceAccount: name,
    expirationSeconds: 3600,
  });
  const { server, caPem } = admin.connection;
  return { server, caPem, credential: { kind: 'token', token } };
}
