import { TESTBED_ID } from '../components/vocabulary';
import type { DocumentStore } from '../engine/store/types';
import { TestbedError, isTestbedError, text } from '../errors';
import { createClient } from '../kubernetes/client';
import { inParallel } from '../kubernetes/concurrency';
import { failedWith } from '../kubernetes/failures';
import type { Blind } from '../kubernetes/inventory';
import { findOrphans, type Orphan, type Orphans } from '../kubernetes/orphans';
import type { KubernetesClient } from '../kubernetes/types';
import { waitGone } from '../kubernetes/wait';
import { tellingIfGone } from './cluster-gone';
import { markedNamespaces } from './marks';
import { openSite } from './site';
import { openStoredSite, type StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { sweepOperations } from './sweep';
import type { Target, TargetOptions } from './target';
import { openTarget } from './target';

export type { Orphan };

const ENDED_AT_ONCE = 8;
const GONE_SECONDS = 180;

export interface OrphansOptions extends TargetOptions {
  /** Only what belonged to testbeds of these ids. Default: all. */
  readonly ids?: readonly string[];
  /** Ends what bears our mark, after asking. Default: only looks. */
  readonly end?: boolean | undefined;
}

/** A testbed on record of which the cluster has nothing. */
export interface Missing {
  readonly name: string;
  readonly id: string;
}

export interface OrphansResult {
  /** What is there now: after `end`, what is left. */
  readonly orphans: readonly Orphan[];
  readonly ended: number;
  readonly missing: readonly Missing[];
  readonly kindsChecked: number;
  readonly blind: readonly Blind[];
}

/**
 * Finds what belongs to no testbed on this site's record, by mark, label, name, owner and volume, and testbeds on record of which nothing is there. With `end`, asks, ends
 * those that bear our mark by their uid, and looks again: what is left is the result. A testbed that another site made on the same cluster looks the same: the
 * question says so. What operations that were killed left of themselves is swept without asking: it belongs to nothing. Throws UsageWrong for what is no id, Declined, and what the cluster throws.
 */
export async function orphans(options: OrphansOptions, surroundings: Surroundings): Promise<OrphansResult> {
  const only = options.ids === undefined || options.ids.length === 0 ? undefined : new Set(options.ids.map(requireId));
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const target = await openTarget(site, options, surroundings);
  const doing = text('it was searched for orphans', '고아 객체를 찾는 동안');
  try {
    return await tellingIfGone(target.reference, doing, async () => {
      const admin = createClient(await target.admin());
      try {
        await sweepOperations(site, admin, surroundings);
        const first = await search(site, admin, only, surroundings);
        const ours = first.orphans.filter((one) => one.ours);
        const missing = await missingOnes(site, target, surroundings);
        if (options.end !== true || ours.length === 0) return { ...first, ended: 0, missing };
        await surroundings.confirm(question(ours));
        await endAll(admin, ours, surroundings);
        const left = await search(site, admin, only, surroundings);
        const still = new Set(left.orphans.map(({ uid }) => uid));
        return { ...left, ended: ours.filter(({ uid }) => !still.has(uid)).length, missing };
      } finally {
        await admin.close();
      }
    });
  } finally {
    await target.close();
  }
}

function requireId(word: string): string {
  if (TESTBED_ID.test(word)) return word;
  throw new TestbedError(
    'UsageWrong',
    text(
      `'${word.slice(0, 80)}' is no testbed's id: they look like tb-x7k2p9`,
      `'${word.slice(0, 80)}'은(는) 테스트베드 ID가 아닙니다. 예: tb-x7k2p9`,
    ),
  );
}

/** What is recorded while the cluster is looked at is no orphan: it is asked before and after. */
async function search(
  site: StoredSite,
  admin: KubernetesClient,
  only: ReadonlySet<string> | undefined,
  { now, signal }: Surroundings,
): Promise<Orphans> {
  const known = await knownIds(site);
  const found = await findOrphans(admin, { known, only, now: now(), signal });
  const since = found.orphans.length === 0 ? known : await knownIds(site);
  return { ...found, orphans: found.orphans.filter(({ testbed }) => !since.has(testbed)) };
}

/**
 * Of the testbeds on record, wherever they are, and of those that somebody works on: a new one is recorded after its claim is taken. One whose end was begun and whose state
 * is no more belongs to nobody: the engine cannot end what is left of it.
 */
async function knownIds({ store, records }: StoredSite): Promise<ReadonlySet<string>> {
  const [{ readClaim }, { lifeOf }] = await Promise.all([
    import('../engine/claims/claim-document.js'),
    import('../engine/claims/holder-life.js'),
  ]);
  const known = new Set<string>();
  for await (const key of store.list('claims/')) {
    const stack = key.slice('claims/'.length);
    const claim = TESTBED_ID.test(stack) ? (await readClaim(store, stack))?.claim : undefined;
    if (claim?.state === 'held' && lifeOf(claim.holder).kind !== 'gone') known.add(stack);
  }
  // The records themselves: a run that was killed while it wrote one may have left an id without one, or one without its id.
  for (const { id, infrastructure } of await records.list())
    if (infrastructure !== 'destroying' || (await hasState(store, id))) known.add(id);
  return known;
}

async function hasState(store: DocumentStore, id: string): Promise<boolean> {
  const { readPublished } = await import('../engine/published-state.js');
  try {
    return (await readPublished({ name: id, store }))?.content !== undefined;
  } catch (error) {
    // It is there, and whoever mends it can end the testbed by it.
    if (isTestbedError(error, 'StateUnreadable')) return true;
    throw error;
  }
}

async function missingOnes(
  { records }: StoredSite,
  { reader, reference }: Target,
  { signal }: Surroundings,
): Promise<readonly Missing[]> {
  const recorded = (await records.list()).filter(
    ({ cluster, infrastructure }) => cluster.uid === reference.uid && infrastructure === 'ready',
  );
  const there = new Set<string>();
  for await (const { metadata } of markedNamespaces(reader, signal)) there.add(metadata.name);
  return recorded.filter(({ id }) => !there.has(id)).map(({ name, id }) => ({ name, id }));
}

/** Namespaces first: what lies in them, and their volumes, go with them. */
async function endAll(admin: KubernetesClient, found: readonly Orphan[], surroundings: Surroundings): Promise<void> {
  const { onProgress, signal } = surroundings;
  for (const some of [found.filter(isNamespace), found.filter((one) => !isNamespace(one))])
    await inParallel(ENDED_AT_ONCE, some, async ({ reference, uid }) => {
      const { kind, namespace, name } = reference;
      const place = namespace === undefined ? name : `${namespace}/${name}`;
      const step = { id: `orphan:${uid}`, title: text(`end ${kind} ${place}`, `${kind} ${place} 종료`) };
      const began = performance.now();
      onProgress({ ...step, state: 'start' });
      try {
        if ((await admin.delete(reference, { uid, signal })) === 'accepted')
          await waitGone(admin, reference, { uid, timeoutSeconds: GONE_SECONDS, signal });
        onProgress({ ...step, state: 'done', elapsedMs: performance.now() - began });
      } catch (error) {
        onProgress({ ...step, state: 'failed', elapsedMs: performance.now() - began });
        // Another of its name has come, or it does not go: the look afterwards names what is left.
        if (failedWith(error)?.status !== 409 && !isTestbedError(error, 'NotReady')) throw error;
      }
    });
}

function isNamespace({ reference }: Orphan): boolean {
  return reference.kind === 'Namespace';
}

function question(found: readonly Orphan[]): ReturnType<typeof text> {
  const ids = [...new Set(found.map(({ testbed }) => testbed))];
  const shown = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ', ...' : '');
  return text(
    `end ${found.length} objects of ${ids.length} testbeds that this site has no record of (${shown}), with all their data? testbeds of another site on this cluster would be ended too`,
    `이 사이트의 기록에 없는 테스트베드 ${ids.length}개(${shown})의 객체 ${found.length}개를 모든 데이터와 함께 종료할까요? 이 클러스터를 쓰는 다른 사이트의 테스트베드도 함께 종료됩니다`,
  );
}
