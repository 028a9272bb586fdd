import type { StateCondition } from '../engine/damaged-state';
import { text } from '../errors';
import { sharedStackIn, sharedUp, type SharedResult } from './shared';
import { openSite } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { openTarget, type TargetOptions } from './target';

export interface SharedRebuildResult {
  /** `unchanged`: the state was whole, nothing was done. */
  readonly outcome: 'rebuilt' | 'unchanged';
  readonly stack: string;
  /** How the state was found, and why it could not be used. */
  readonly found: StateCondition;
  /** What made the new state. */
  readonly shared: SharedResult | undefined;
}

/**
 * As `rebuildState`, of what the cluster shares: puts a damaged state away, then `shared up` takes up by its marks what stands. No password comes from its data key, so a
 * lost one is only replaced. Throws OperationRunning and what `sharedUp` throws; run again after any interruption, it goes on.
 */
export async function rebuildSharedState(
  options: TargetOptions,
  surroundings: Surroundings,
): Promise<SharedRebuildResult> {
  const { stack, found } = await lookAndPutAside(options, surroundings);
  if (found.kind === 'whole') return { outcome: 'unchanged', stack, found, shared: undefined };
  return { outcome: 'rebuilt', stack, found, shared: await sharedUp(options, surroundings) };
}

async function lookAndPutAside(
  options: TargetOptions,
  surroundings: Surroundings,
): Promise<Pick<SharedRebuildResult, 'stack' | 'found'>> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const target = await openTarget(site, options, surroundings);
  try {
    const { conditionOf, setDamagedAside } = await import('../engine/damaged-state.js');
    const place = { store: site.store, directory: site.keysDirectory, stateDirectory: site.stateDirectory };
    const stack = sharedStackIn(target);
    const seen = await conditionOf(place, stack);
    if (seen.kind === 'whole' || (seen.kind === 'missing' && !seen.keyLost)) return { stack, found: seen };
    await surroundings.confirm(
      text(
        `put the damaged state of what the cluster shares (${stack}) away and make it anew from what stands there?`,
        `클러스터 공용 구성(${stack})의 손상된 상태를 따로 보관하고 클러스터에 있는 객체로 다시 만들까요?`,
      ),
    );
    const found = await setDamagedAside(place, stack, () => Promise.resolve(), surroundings.signal);
    return { stack, found };
  } finally {
    await target.close();
  }
}
