import { FLOWS, type Flow } from '../faults/flows';
import type { SuiteContext } from './suite';

/**
 * The points that the command line asks for: `--flows up,down`; `--at update:12,up:1` for single writes in that order, as after a miss; `--every N` for one of N, spread over all
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
  const asked = at === undefined ? points : at.flatMap((one) => points.filter(({ flow, k }) => one === `${flow}:${k}`));
  const found = asked.filter(({ flow }) => flows.includes(flow)).filter((_point, index) => index % every === 0);
  if (found.length === 0) throw new Error('no point is like that');
  return found;
}
