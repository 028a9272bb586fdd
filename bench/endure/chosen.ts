import { FLOWS, type Flow } from '../faults/flows';
import type { SuiteContext } from './suite';

/**
 * The points that the command line asks for, in their order: `--flows up,down`; `--at up:1,update:12` for single writes, as after a miss; `--every N` for one of N, spread over all
 * of them. Throws on anything else than that, since a run that asks nothing would keep everything.
 */
export function chosen<P extends { readonly flow: Flow; readonly k: number }>(
  points: readonly P[],
  option: SuiteContext['option'],
): readonly P[] {
  const flows = option('flows')?.split(',') ?? FLOWS;
  const at = option('at')?.split(',');
  const every = Number(option('every') ?? 1);
  if (!Number.isSafeInteger(every) || every < 1)
    throw new Error(`--every ${option('every') ?? ''} is not a number of points`);
  const found = points
    .filter(({ flow, k }) => flows.includes(flow) && (at === undefined || at.includes(`${flow}:${k}`)))
    .filter((_point, index) => index % every === 0);
  if (found.length === 0) throw new Error('no point is like that');
  return found;
}
