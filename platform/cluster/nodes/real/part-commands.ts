import { REAL_NODE } from '../../../../components/vocabulary';
import type { ComponentCommand } from '../../component-commands';
import { nodeConfigPaths, realNodeConfigs } from '../../config/real-node-configs';
import { INSIDE, type RealNodeFacts } from '../../config/real-node-facts';
import type { ClusterLayout } from '../../layout';
import { KUBELET_ROOT } from './sandbox-script';

/** What programs in the node find each other by. */
export const NODE_PATH = `${INSIDE.programs}:/usr/sbin:/usr/bin:/sbin:/bin`;

/** The programs of a node, by files inside it, in the order in which they are started. */
export function nodePartCommands(
  layout: ClusterLayout,
  facts: RealNodeFacts,
): Readonly<Record<'containerd' | 'kubelet' | 'kube-proxy' | 'calico-felix', ComponentCommand>> {
  const config = nodeConfigPaths(layout);
  // What lies in containers must be readable for those in them; the folder around it is private.
  const common = { environment: { PATH: NODE_PATH, HOME: '/root' }, umask: 0o022 };
  return {
    containerd: {
      name: 'containerd',
      file: '/usr/bin/containerd',
      args: ['--config', config.containerd, '--log-level', 'warn'],
      ...common,
      graceMs: 5000,
    },
    kubelet: {
      name: 'kubelet',
      file: `${INSIDE.programs}/kubelet`,
      args: [
        `--config=${config.kubelet}`,
        `--kubeconfig=${config.kubeconfig('kubelet')}`,
        `--root-dir=${KUBELET_ROOT}`,
        `--hostname-override=${REAL_NODE}`,
        `--node-ip=${facts.nodeAddress}`,
      ],
      ...common,
      graceMs: 5000,
    },
    'kube-proxy': {
      name: 'kube-proxy',
      file: `${INSIDE.programs}/kube-proxy`,
      args: [`--config=${config.kubeProxy}`],
      ...common,
      graceMs: 3000,
    },
    'calico-felix': {
      name: 'calico-felix',
      file: `${INSIDE.programs}/calico-felix`,
      args: [],
      ...common,
      environment: { ...common.environment, ...realNodeConfigs(layout, facts).felixEnvironment },
      graceMs: 3000,
    },
  };
}
