import { join } from 'node:path';
import type { ClusterLayout } from '../layout';

/** Where pods get their addresses from. */
export const POD_RANGE = '10.244.0.0/16';
/** The Service address of CoreDNS, inside SERVICE_RANGE. */
export const DNS_ADDRESS = '10.96.0.10';
export const CLUSTER_DOMAIN = 'cluster.local';
/** Where the kubelet serves, on the node's address. */
export const KUBELET_PORT = 10_250;

/** What the configuration of a real node depends on. */
export interface RealNodeFacts {
  /** The host's end of the veth pair: there the node reaches the API server, on the same port as on loopback. */
  readonly hostAddress: string;
  /** The node's own end, in the same /30. */
  readonly nodeAddress: string;
  readonly apiServerPort: number;
  /** Below which the kubelet makes the cgroups of pods, in every hierarchy; begins with `/`. */
  readonly cgroup: string;
  /** Reference of the image that holds a pod's namespaces. */
  readonly pauseImage: string;
}

/** The cluster's paths that the node sees: one folder, at the same path inside. No key but the node's own lies below it. */
export interface NodePaths {
  readonly folder: string;
  readonly config: string;
  readonly pki: string;
  readonly logs: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly cni: string;
}

export function nodePaths(layout: ClusterLayout): NodePaths {
  const folder = join(layout.directory, 'node');
  return {
    folder,
    config: join(folder, 'config'),
    pki: join(folder, 'pki'),
    logs: join(folder, 'logs'),
    containerd: join(folder, 'containerd'),
    kubelet: join(folder, 'kubelet'),
    cni: join(folder, 'config', 'cni'),
  };
}

/** Paths that exist inside the node only. `/run` there is a tmpfs: what lies in it ends with the node, as after a restart of a machine. */
export const INSIDE = {
  containerdSocket: '/run/containerd/containerd.sock',
  containerdState: '/run/containerd',
  /** Addresses that pods hold. */
  addressLeases: '/run/testbed/addresses',
  /** The one folder in which the runtime looks for network plugins, made of links: see `networkPluginLinks`. */
  networkPlugins: '/run/testbed/cni',
  programs: '/opt/testbed/bin',
} as const;

/** Links to make inside the node, by path. The plugin of Calico knows what to do by the name it is called by. */
export function networkPluginLinks(): Readonly<Record<string, string>> {
  return {
    [`${INSIDE.networkPlugins}/calico`]: `${INSIDE.programs}/calico-cni`,
    [`${INSIDE.networkPlugins}/host-local`]: '/usr/lib/cni/host-local',
    [`${INSIDE.networkPlugins}/loopback`]: '/usr/lib/cni/loopback',
  };
}
