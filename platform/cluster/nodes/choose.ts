import type { ClusterRecord } from '../record/cluster-record';
import type { NodeProvider } from './provider';
import { endRealNode, realNode } from './real-node';
import { simulatedNodes } from './simulated';

/** The nodes of a choice; those of an earlier choice are ended. A real one is ready only by what it has said after `since`. */
export function nodeProvider(
  { nodes, realNode: real }: Pick<ClusterRecord, 'nodes' | 'realNode'>,
  since: Date,
): NodeProvider {
  if (nodes.kind === 'real' && real !== undefined) return realNode(real.network.nodeAddress, since);
  const simulated = simulatedNodes(nodes.kind === 'simulated' ? nodes.count : 0);
  return {
    ...simulated,
    async ensure(client, signal) {
      await endRealNode(client, signal);
      await simulated.ensure(client, signal);
    },
  };
}
