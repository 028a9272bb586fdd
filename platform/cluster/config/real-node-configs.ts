import { join } from 'node:path';
import type { ClusterLayout } from '../layout';
import { containerdConfig, networkPluginConfig } from './real-node-container-runtime';
import { nodePaths, type RealNodeFacts } from './real-node-facts';
import { kubeletConfig } from './real-node-kubelet';
import { boundaryRules, felixEnvironment, kubeProxyConfig } from './real-node-network';

/** Name of the node's only interface to the host. */
const DEVICE = 'node0';

/** Those on the node who speak with the API server, each with an identity of its own. */
export type NodeIdentity = 'kubelet' | 'kube-proxy' | 'felix' | 'calico-cni';
const NODE_IDENTITIES: readonly NodeIdentity[] = ['kubelet', 'kube-proxy', 'felix', 'calico-cni'];

export interface NodeConfigPaths {
  readonly containerd: string;
  readonly kubelet: string;
  readonly kubeProxy: string;
  /** For `iptables-restore --noflush` inside the node, before anything else runs there. */
  readonly boundaryRules: string;
  readonly kubeconfig: (identity: NodeIdentity) => string;
}

/** Where the files of `realNodeConfigs` lie. */
export function nodeConfigPaths(layout: ClusterLayout): NodeConfigPaths {
  const { config } = nodePaths(layout);
  return {
    containerd: join(config, 'containerd.toml'),
    kubelet: join(config, 'kubelet.json'),
    kubeProxy: join(config, 'kube-proxy.json'),
    boundaryRules: join(config, 'boundary.rules'),
    kubeconfig: (identity) => join(config, `${identity}.kubeconfig`),
  };
}

/** A certificate and its key that the node may see; `kubelet-serving` is the kubelet's as a server. */
export function nodePairFile(layout: ClusterLayout, name: NodeIdentity | 'kubelet-serving'): string {
  return join(nodePaths(layout).pki, `${name}.pem`);
}

/** The public half of the CA of the API, for those on the node who verify. */
export function nodeAuthorityFile(layout: ClusterLayout): string {
  return join(nodePaths(layout).pki, 'cluster-ca.crt');
}

export interface RealNodeConfigs {
  /** Content by absolute path; all below the node's folder, mode 0600. */
  readonly files: Readonly<Record<string, string>>;
  readonly felixEnvironment: Readonly<Record<string, string>>;
}

/** Every configuration that the parts of a real node read. The same facts give the same content. */
export function realNodeConfigs(layout: ClusterLayout, facts: RealNodeFacts): RealNodeConfigs {
  const paths = nodeConfigPaths(layout);
  const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
  const kubelet = kubeletConfig(layout, facts, {
    pair: nodePairFile(layout, 'kubelet-serving'),
    authority: nodeAuthorityFile(layout),
  });
  return {
    files: {
      [paths.containerd]: containerdConfig(layout, facts),
      [paths.kubelet]: json(kubelet),
      [paths.kubeProxy]: json(kubeProxyConfig(facts, paths.kubeconfig('kube-proxy'))),
      [paths.boundaryRules]: boundaryRules(facts, DEVICE),
      [join(nodePaths(layout).cni, '10-calico.conflist')]: networkPluginConfig(layout, paths.kubeconfig('calico-cni')),
      ...Object.fromEntries(
        NODE_IDENTITIES.map((name) => [paths.kubeconfig(name), json(nodeKubeconfig(layout, facts, name))]),
      ),
    },
    felixEnvironment: felixEnvironment(paths.kubeconfig('felix')),
  };
}

function nodeKubeconfig(
  layout: ClusterLayout,
  { hostAddress, apiServerPort }: RealNodeFacts,
  user: NodeIdentity,
): object {
  const pair = nodePairFile(layout, user);
  const server = `https://${hostAddress}:${apiServerPort}`;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'embedded', cluster: { server, 'certificate-authority': nodeAuthorityFile(layout) } }],
    // Named, not copied: a renewed certificate is read again by itself.
    users: [{ name: user, user: { 'client-certificate': pair, 'client-key': pair } }],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user } }],
    'current-context': 'embedded',
  };
}
