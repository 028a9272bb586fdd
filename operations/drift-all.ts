import { isTestbedError, reasonOf, verbatim, type ErrorCode, type Text } from '../errors';
import { drift, requireSense, type DriftResult, type DriftWish } from './drift';
import { inPool } from './in-pool';
import { oneOfMany } from './one-of-many';
import { openSite } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';

export interface DriftAllResult {
  /** By name. */
  readonly looks: readonly DriftResult[];
  /** Those that could not be looked at, or whose repair broke off. */
  readonly failed: readonly { readonly name: string; readonly code: ErrorCode; readonly reason: Text }[];
  /** Those that nobody got to: the call was interrupted. */
  readonly notBegun: readonly string[];
}

/** One process of the CLI each, most of the time waiting for the API server. */
const AT_ONCE = 2;

/** As `drift`, for every testbed of the site that stands; one that fails touches no other. */
export async function driftAll(
  options: TargetOptions & DriftWish,
  surroundings: Surroundings,
): Promise<DriftAllResult> {
  requireSense(options);
  const site = openSite(surroundings.environment);
  await using stored = await openStoredSite(site, surroundings);
  const standing = (await stored.records.list()).filter(({ infrastructure }) => infrastructure !== 'destroying');
  const { createEngine } = await import('../engine/engine.js');
  const engine = surroundings.engine ?? createEngine({ runners: AT_ONCE });
  try {
    const total = standing.length;
    const items = standing.map(({ name }, at) => ({ name, index: at + 1 }));
    const ends = await inPool(items, { atOnce: AT_ONCE, signal: surroundings.signal }, async ({ name, index }) => {
      const { within, tell } = oneOfMany(name, { index, total }, surroundings);
      tell('start');
      try {
        const result = await drift({ ...options, name }, { ...within, engine, store: stored.store });
        tell('done');
        return result;
      } catch (error) {
        tell('failed');
        throw error;
      }
    });
    return {
      looks: ends.flatMap((end) => (end.state === 'done' ? [end.result] : [])),
      failed: ends.flatMap((end) => (end.state === 'failed' ? [{ name: end.item.name, ...told(end.error) }] : [])),
      notBegun: ends.flatMap((end) => (end.state === 'not-begun' ? [end.item.name] : [])),
    };
  } finally {
    if (surroundings.engine === undefined) await engine.close();
  }
}

function told(error: unknown): { readonly code: ErrorCode; readonly reason: Text } {
  if (isTestbedError(error)) return { code: error.code, reason: error.text };
  return { code: 'InternalError', reason: verbatim(reasonOf(error)) };
}
