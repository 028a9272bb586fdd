import type { NodesChoice } from '../types';
import type { NodeProvider } from './provider';
import { endRealNode, realNode } from './real-node';
import { simulatedNodes } from './simulated';

/**
 * The nodes of a choice; those of an earlier choice are ended. `nodeAddress` is that of a real node, which is ready only by what it says
 * from now on.
 */
export function nodeProvider(choice: NodesChoice, nodeAddress?: string): NodeProvider {
  if (nodeAddress !== undefined) return realNode(nodeAddress, new Date());
  const simulated = simulatedNodes(choice.kind === 'simulated' ? choice.count : 0);
  return {
    ...simulated,
    async ensure(client, signal) {
      await endRealNode(client, signal);
      await simulated.ensure(client, signal);
    },
  };
}
