import { USERS } from '../../../components/vocabulary';
import type { LeafRequest } from './certificates';

/** Two roots where it separates rights: who may speak with etcd owns everything, so no certificate of the API's users opens it. */
export const AUTHORITIES = {
  cluster: 'testbed-cluster-ca',
  etcd: 'testbed-etcd-ca',
  frontProxy: 'testbed-front-proxy-ca',
} as const;

export type AuthorityName = keyof typeof AUTHORITIES;

/** The range of Service addresses; its first address is the API server's own Service. */
export const SERVICE_RANGE = '10.96.0.0/16';
const FIRST_SERVICE_ADDRESS = '10.96.0.1';

export interface KeptCertificate extends LeafRequest {
  readonly name: string;
  readonly authority: AuthorityName;
}

const loopback = { dnsNames: ['localhost'], addresses: ['127.0.0.1'] } as const;

/** Every certificate that is kept on disk, one for each who speaks. People's certificates are made when asked for and never kept. */
export const KEPT_CERTIFICATES: readonly KeptCertificate[] = [
  {
    name: 'kube-apiserver',
    authority: 'cluster',
    commonName: 'kube-apiserver',
    usages: ['server'],
    dnsNames: [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
    ],
    addresses: ['127.0.0.1', FIRST_SERVICE_ADDRESS],
  },
  { name: 'etcd', authority: 'etcd', commonName: 'etcd', usages: ['server', 'client'], ...loopback },
  { name: 'kube-apiserver-etcd', authority: 'etcd', commonName: 'kube-apiserver', usages: ['client'] },
  { name: 'front-proxy', authority: 'frontProxy', commonName: 'front-proxy-client', usages: ['client'] },
  {
    name: 'kube-controller-manager',
    authority: 'cluster',
    commonName: 'system:kube-controller-manager',
    usages: ['client'],
  },
  { name: 'kube-scheduler', authority: 'cluster', commonName: 'system:kube-scheduler', usages: ['client'] },
  { name: 'kwok', authority: 'cluster', commonName: USERS.kwok, usages: ['client'] },
  { name: 'simulated-storage', authority: 'cluster', commonName: USERS.simulatedStorage, usages: ['client'] },
  { name: 'supervisor', authority: 'cluster', commonName: USERS.supervisor, usages: ['client'] },
];
