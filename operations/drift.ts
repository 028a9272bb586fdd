import { TestbedError, text, type Text } from '../errors';
import type { OperationResult, Repaired } from '../engine/types';
import { tellingIfGone } from './cluster-gone';
import { duringChange, duringLook } from './credential';
import { forgetDrift, rememberDrift, type Strike } from './drift-memory';
import { requireRecord } from './known';
import type { TestbedRecord } from './records';
import { openSite } from './site';
import { runOnStack, withEngine, type StackOperation } from './stack';
import { openStoredSite, type StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';
import { waitForWorkloads } from './workloads';

/**
 * How long a difference must have been there before it is repaired unseen, in seconds. A controller or a person may be in the middle of a change; a
 * minute is longer than any roll-out step of ours and shorter than anybody's patience.
 */
const SETTLE_SECONDS = 60;

export interface DriftWish {
  /** Take back what was seen in an earlier look already. */
  readonly repair?: boolean | undefined;
  /** With `repair`: all that this look finds. */
  readonly now?: boolean | undefined;
  /** Default SETTLE_SECONDS. */
  readonly settleSeconds?: number | undefined;
}

export interface DriftOptions extends TargetOptions, DriftWish {
  readonly name: string;
}

export interface DriftResult {
  readonly testbed: TestbedRecord;
  /** Whether anything differs now, after what was repaired. */
  readonly drifted: boolean;
  /** Objects that differed from what was provisioned, with the paths; `delete` means the object is gone. */
  readonly operation: OperationResult;
  readonly strikes: readonly Strike[];
  /** What was taken back, or could not be; undefined where nobody asked for it or nothing was due. */
  readonly repaired: readonly (Repaired & { readonly resourceType: string; readonly name: string })[] | undefined;
}

/**
 * Compares what was provisioned with what is there now, and remembers what it found. With `repair` it takes back what was found before: fields on
 * objects that bear our mark, and objects that are gone. Nothing else is changed, ever.
 */
export async function drift(options: DriftOptions, surroundings: Surroundings): Promise<DriftResult> {
  requireSense(options);
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const testbed = await requireRecord(site.records, options.name);
  const { repair } = options;
  return withEngine(surroundings, async (engine) => {
    const target = await openTarget(
      site,
      { ...options, context: options.context ?? testbed.cluster.context },
      surroundings,
    );
    const doing = text(`'${testbed.name}' was compared`, `'${testbed.name}'을(를) 비교하는 동안`);
    const wish = { store: site.store, stack: testbed.id, purpose: `drift ${testbed.name}` };
    try {
      return await tellingIfGone(target.reference, doing, async () => {
        requireSameCluster(testbed.name, testbed.cluster, target);
        if (repair !== true)
          return duringLook(target, wish, surroundings, async (connection) => ({
            testbed,
            ...(await lookAndRepair(site, { stack: testbed.id, connection }, options, { ...surroundings, engine })),
          }));
        return duringChange(target, wish, surroundings, async ({ claim, connection, surroundings: within }) => {
          const run = { stack: testbed.id, connection, claim };
          const looked = await lookAndRepair(site, run, options, { ...within, engine });
          // What was made anew has to come up again before anybody is told that all is well.
          if (looked.repaired?.some(({ outcome }) => outcome === 'created' || outcome === 'restored') === true)
            await waitForWorkloads(target.reader, testbed, site.store, within);
          return { testbed, ...looked };
        });
      });
    } finally {
      await target.close();
    }
  });
}

/** What may come of one stack, a testbed's or the shared one. */
async function lookAndRepair(
  site: StoredSite,
  run: Pick<StackOperation, 'stack' | 'connection' | 'claim'>,
  { repair, now, settleSeconds = SETTLE_SECONDS }: DriftWish,
  surroundings: Surroundings,
): Promise<Omit<DriftResult, 'testbed'>> {
  const operation = await runOnStack(site, { kind: 'drift', ...run }, surroundings);
  const strikes = await rememberDrift(site.store, run.stack, operation.changes, {
    now: surroundings.now(),
    settleSeconds,
  });
  const due = repair === true ? strikes.filter(({ seenAgain }) => now === true || seenAgain) : [];
  if (due.length === 0) return { drifted: strikes.length > 0, operation, strikes, repaired: undefined };
  const repairing = await runOnStack(
    site,
    {
      kind: 'repair',
      ...run,
      repair: due.map((strike) => ({ urn: strike.urn, gone: strike.operation === 'delete' })),
    },
    surroundings,
  );
  const repaired = (repairing.repaired ?? []).flatMap((one) => {
    const strike = due.find(({ urn }) => urn === one.urn);
    return strike === undefined ? [] : [{ ...one, resourceType: strike.resourceType, name: strike.name }];
  });
  const well = new Set(repaired.filter(isWell).map(({ urn }) => urn));
  const left = operation.changes.filter(({ urn }) => !well.has(urn));
  if (left.length === 0) await forgetDrift(site.store, run.stack);
  return { drifted: left.length > 0, operation, strikes, repaired };
}

function isWell({ outcome, left }: Repaired): boolean {
  return outcome !== 'refused' && outcome !== 'failed' && left.length === 0;
}

/** Throws UsageWrong before anything is looked at. */
export function requireSense({ repair, now }: DriftWish): void {
  if (now !== true || repair === true) return;
  throw new TestbedError('UsageWrong', NOW_ALONE);
}

const NOW_ALONE: Text = text(
  '--now says what --repair may take back at once: give both',
  '--now는 --repair가 즉시 되돌릴 대상을 정합니다. 둘을 함께 지정하세요',
);
