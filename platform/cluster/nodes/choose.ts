import type { NodesChoice } from '../types';
import type { NodeProvider } from './provider';
import { simulatedNodes } from './simulated';

/** The nodes of a choice; `none` ends simulated ones that an earlier choice made. */
export function nodeProvider(choice: NodesChoice): NodeProvider {
  return simulatedNodes(choice.kind === 'simulated' ? choice.count : 0);
}
