import { configPaths } from './config/config-files';
import { authorityFile, kubeconfigFile, pairFile, type ClusterLayout } from './layout';
import { SERVICE_RANGE } from './pki/identities';
import { serviceAccountKeyFile } from './pki/keys';
import type { ClusterRecord } from './record/cluster-record';
import type { ComponentName } from './types';
import { LABELS } from '../../components/vocabulary';

/** A program to run: no secret is in its arguments, every key is read from a file. */
export interface ComponentCommand {
  readonly name: Exclude<ComponentName, 'simulated-storage' | 'local-storage'>;
  readonly file: string;
  readonly args: readonly string[];
  /** Beside what every program gets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Permissions that the files which it makes do not get; default 0o077. */
  readonly umask?: number;
  /** How long it may take to end by itself, in milliseconds. */
  readonly graceMs: number;
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const OWN_ADDRESS = '127.0.0.1';

/** How large the cluster's database may become: beyond it, it only reads and deletes. */
export const ETCD_QUOTA_BYTES = 4 * 1024 ** 3;

function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

function etcd(layout: ClusterLayout, { ports, tools, switches }: ClusterRecord): ComponentCommand {
  const client = `https://${OWN_ADDRESS}:${ports.etcdClient}`;
  const peer = `https://${OWN_ADDRESS}:${ports.etcdPeer}`;
  const pair = pairFile(layout, 'etcd');
  const ca = authorityFile(layout, 'etcd-ca');
  return {
    name: 'etcd',
    file: tools.etcd,
    graceMs: 10_000,
    args: flags({
      name: 'embedded',
      'data-dir': layout.etcdData,
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `embedded=${peer}`,
      'cert-file': pair,
      'key-file': pair,
      'trusted-ca-file': ca,
      'client-cert-auth': true,
      'peer-cert-file': pair,
      'peer-key-file': pair,
      'peer-trusted-ca-file': ca,
      'peer-client-cert-auth': true,
      'tls-min-version': 'TLS1.2',
      'quota-backend-bytes': ETCD_QUOTA_BYTES,
      'log-level': 'warn',
      ...(switches.unsafeNoFsync ? { 'unsafe-no-fsync': true } : {}),
    }),
  };
}

/** Where nodes find the server, and how it calls them. */
function reachOfNodes(layout: ClusterLayout, { nodes, realNode }: ClusterRecord): Record<string, string> {
  // Nothing but loopback reaches the server, so no endpoint is published: one of the host's addresses would be a lie.
  if (nodes.kind !== 'real' || realNode === undefined)
    return { 'advertise-address': OWN_ADDRESS, 'endpoint-reconciler-type': 'none' };
  const pair = pairFile(layout, 'kubelet-client');
  return {
    // The supervisor hands on to loopback what comes from the node to this address.
    'advertise-address': realNode.network.hostAddress,
    'endpoint-reconciler-type': 'lease',
    'kubelet-preferred-address-types': 'InternalIP',
    'kubelet-certificate-authority': authorityFile(layout, 'cluster-ca'),
    'kubelet-client-certificate': pair,
    'kubelet-client-key': pair,
  };
}

function apiServer(layout: ClusterLayout, record: ClusterRecord): ComponentCommand {
  const { ports, tools, switches } = record;
  const config = configPaths(layout);
  const etcdPair = pairFile(layout, 'kube-apiserver-etcd');
  const serving = pairFile(layout, 'kube-apiserver');
  const proxy = pairFile(layout, 'front-proxy');
  const serviceAccountKey = serviceAccountKeyFile(layout);
  return {
    name: 'kube-apiserver',
    file: tools['kube-apiserver'],
    graceMs: 15_000,
    args: flags({
      'bind-address': OWN_ADDRESS,
      'secure-port': ports.apiServer,
      ...reachOfNodes(layout, record),
      'etcd-servers': `https://${OWN_ADDRESS}:${ports.etcdClient}`,
      'etcd-cafile': authorityFile(layout, 'etcd-ca'),
      'etcd-certfile': etcdPair,
      'etcd-keyfile': etcdPair,
      'tls-cert-file': serving,
      'tls-private-key-file': serving,
      'tls-min-version': 'VersionTLS12',
      'client-ca-file': authorityFile(layout, 'cluster-ca'),
      'requestheader-client-ca-file': authorityFile(layout, 'frontProxy-ca'),
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-username-headers': 'X-Remote-User',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'proxy-client-cert-file': proxy,
      'proxy-client-key-file': proxy,
      'authentication-config': config.authentication,
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      // Pod Security judges privileged pods and names the check; this switch would refuse them without a name.
      'allow-privileged': true,
      'service-account-issuer': ISSUER,
      'service-account-key-file': serviceAccountKey,
      'service-account-signing-key-file': serviceAccountKey,
      'service-account-extend-token-expiration': false,
      'service-cluster-ip-range': SERVICE_RANGE,
      'encryption-provider-config': config.encryption,
      profiling: false,
      'audit-policy-file': config.auditPolicy,
      'audit-log-path': layout.auditLog,
      'audit-log-maxsize': switches.auditMegabytes,
      // 0 is "keep all": the supervisor removes a closed file, once its archive is on the disk.
      'audit-log-maxbackup': 0,
      'audit-log-maxage': 0,
    }),
  };
}

function controllerManager(layout: ClusterLayout, { tools }: ClusterRecord): ComponentCommand {
  const kubeconfig = kubeconfigFile(layout, 'kube-controller-manager');
  return {
    name: 'kube-controller-manager',
    file: tools['kube-controller-manager'],
    graceMs: 10_000,
    args: flags({
      kubeconfig,
      'authentication-kubeconfig': kubeconfig,
      'authorization-kubeconfig': kubeconfig,
      // No port of its own: whether it lives is known from the process.
      'secure-port': 0,
      'use-service-account-credentials': true,
      'service-account-private-key-file': serviceAccountKeyFile(layout),
      'root-ca-file': authorityFile(layout, 'cluster-ca'),
      // It only adds warnings about types to the status of admission policies, and takes some 15 s of a core for ours.
      controllers: '*,-validatingadmissionpolicy-status-controller',
      'leader-elect': false,
      profiling: false,
    }),
  };
}

function scheduler(layout: ClusterLayout, { tools }: ClusterRecord): ComponentCommand {
  const kubeconfig = kubeconfigFile(layout, 'kube-scheduler');
  return {
    name: 'kube-scheduler',
    file: tools['kube-scheduler'],
    graceMs: 10_000,
    args: flags({
      kubeconfig,
      'authentication-kubeconfig': kubeconfig,
      'authorization-kubeconfig': kubeconfig,
      'secure-port': 0,
      // A pod whose volume is bound just while it is looked at can miss the news; by default it then waits five minutes.
      'pod-max-in-unschedulable-pods-duration': '5s',
      'leader-elect': false,
      profiling: false,
    }),
  };
}

function kwok(layout: ClusterLayout, file: string): ComponentCommand {
  return {
    name: 'kwok',
    file,
    graceMs: 10_000,
    args: flags({
      kubeconfig: kubeconfigFile(layout, 'kwok'),
      config: configPaths(layout).kwok,
      'manage-nodes-with-label-selector': `${LABELS.simulated}=true`,
      'node-lease-duration-seconds': 40,
      cidr: '10.97.0.0/16',
      v: 'WARN',
    }),
  };
}

/** What is stored and what serves it: started first, together. */
export function foundationCommands(layout: ClusterLayout, record: ClusterRecord): readonly ComponentCommand[] {
  return [etcd(layout, record), apiServer(layout, record)];
}

/** What acts through the API: started when roles and identities are in place. */
export function controllerCommands(layout: ClusterLayout, record: ClusterRecord): readonly ComponentCommand[] {
  const simulates = record.nodes.kind === 'simulated' && record.tools.kwok !== undefined;
  return [
    controllerManager(layout, record),
    scheduler(layout, record),
    ...(simulates && record.tools.kwok !== undefined ? [kwok(layout, record.tools.kwok)] : []),
  ];
}
