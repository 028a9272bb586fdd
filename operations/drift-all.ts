import { text, type ErrorCode, type Text } from '../errors';
import { drift, requireSense, type DriftResult, type DriftWish } from './drift';
import { doMany } from './many';
import { openSite } from './site';
import { withEngine } from './stack';
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
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const standing = (await site.records.list()).filter(({ infrastructure }) => infrastructure !== 'destroying');
  return withEngine(
    surroundings,
    async (engine) => {
      const items = await doMany<DriftResult>(
        {
          names: standing.map(({ name }) => name),
          title: text('testbeds', '테스트베드'),
          atOnce: AT_ONCE,
          said: ({ drifted }) => (drifted ? text('differs', '차이 있음') : text('as provisioned', '구성한 그대로')),
          work: (name, own) => drift({ ...options, name }, own),
        },
        { ...surroundings, engine, store: site.store },
      );
      return {
        looks: items.flatMap(({ result }) => (result === undefined ? [] : [result])),
        failed: items.flatMap(({ name, error }) =>
          error === undefined ? [] : [{ name, code: error.code, reason: error.message }],
        ),
        notBegun: items.flatMap(({ name, state }) => (state === 'not-begun' ? [name] : [])),
      };
    },
    AT_ONCE,
  );
}
