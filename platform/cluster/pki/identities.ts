import { REAL_NODE, USERS } from '../../../components/vocabulary';
import type { LeafRequest } from '../../../x509/certificates';

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
  /** Where certificate and key lie: with the cluster's own (default), or where the node sees them. */
  readonly place?: 'node';
}

/** The two ends of the link to a real node; IPv4. */
export interface NodeAddresses {
  readonly hostAddress: string;
  readonly nodeAddress: string;
}

const loopback = { dnsNames: ['localhost'], addresses: ['127.0.0.1'] } as const;

function apiServer(node: NodeAddresses | undefined): KeptCertificate {
  return {
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
    addresses: ['127.0.0.1', FIRST_SERVICE_ADDRESS, ...(node === undefined ? [] : [node.hostAddress])],
  };
}

const ALWAYS: readonly KeptCertificate[] = [
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

/** Of a real node: what the control plane needs for it, then what lies on it. Nothing there may do more than its own work. */
function ofNode({ nodeAddress }: NodeAddresses): readonly KeptCertificate[] {
  return [
    { name: 'kubelet-client', authority: 'cluster', commonName: USERS.kubeletClient, usages: ['client'] },
    { name: 'local-storage', authority: 'cluster', commonName: USERS.localStorage, usages: ['client'] },
    {
      name: 'kubelet',
      authority: 'cluster',
      // The name and the group by which the API server's node authorizer knows it: it sees what its own pods need.
      commonName: `system:node:${REAL_NODE}`,
      organizations: ['system:nodes'],
      usages: ['client'],
      place: 'node',
    },
    {
      name: 'kubelet-serving',
      authority: 'cluster',
      commonName: `system:node:${REAL_NODE}`,
      usages: ['server'],
      dnsNames: [REAL_NODE],
      addresses: [nodeAddress],
      place: 'node',
    },
    { name: 'kube-proxy', authority: 'cluster', commonName: 'system:kube-proxy', usages: ['client'], place: 'node' },
    { name: 'felix', authority: 'cluster', commonName: USERS.felix, usages: ['client'], place: 'node' },
    { name: 'calico-cni', authority: 'cluster', commonName: USERS.networkPlugin, usages: ['client'], place: 'node' },
  ];
}

/** Every certificate that is kept on disk, one for each who speaks. People's certificates are made when asked for and never kept. */
export function keptCertificates(node?: NodeAddresses): readonly KeptCertificate[] {
  return [apiServer(node), ...ALWAYS, ...(node === undefined ? [] : ofNode(node))];
}
