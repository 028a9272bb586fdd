import { LABELS, NAMESPACES, TESTBED_ID } from '../components/vocabulary';
import type { SeenClaim } from '../engine/claims/claim-document';
import { isTestbedError } from '../errors';
import type { KubernetesClient } from '../kubernetes/types';
import { forgetStack } from './forget-stack';
import { fenceOperations } from './operation-fence';
import { withStackClaim } from './stack-claim';
import type { StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

/** Older Secrets belong to runs that died, of whatever site: tokens live an hour. */
const FORGOTTEN_AFTER_MS = 2 * 3600 * 1000;

/**
 * Ends what operations that were killed left: Secrets whose holder is provably gone or gave its claim back, at once; those of which this site knows nothing, when their tokens have
 * ended for long, since they may be another site's; and claims that nobody else would end, of stacks that have neither record nor state. Best done where nobody waits: it reads every claim.
 */
export async function sweepOperations(
  site: StoredSite,
  client: KubernetesClient,
  surroundings: Surroundings,
): Promise<void> {
  // Before the claims are read: what is made later belongs to a later holder.
  const secrets = await secretsOfOperations(client, surroundings.signal);
  const left = await leftClaims(site);
  for (const { name, uid, stack, number, born } of secrets) {
    const last = number === undefined ? undefined : await lastOver(site, stack);
    const isOver = number !== undefined && last !== undefined && number <= last;
    if (!isOver && !(surroundings.now().getTime() - born > FORGOTTEN_AFTER_MS)) continue;
    await client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name }, { uid });
  }
  for (const stack of left) await endClaim(site, stack, client, surroundings);
}

interface OperationSecret {
  readonly name: string;
  readonly uid: string;
  readonly stack: string;
  /** Of the claim; none for an operation that changes nothing. */
  readonly number: number | undefined;
  /** Milliseconds of the epoch. */
  readonly born: number;
}

async function secretsOfOperations(client: KubernetesClient, signal: AbortSignal): Promise<readonly OperationSecret[]> {
  const found: OperationSecret[] = [];
  const selection = {
    namespace: NAMESPACES.system,
    labelSelector: `${LABELS.component}=operation`,
    metadataOnly: true,
    signal,
  };
  for await (const { metadata } of client.list('v1', 'Secret', selection)) {
    const { name, uid, labels = {}, creationTimestamp = '' } = metadata;
    if (uid === undefined) continue;
    const stack = labels[LABELS.operation] ?? '';
    const prefix = `operation-${stack}-`;
    const mark = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    const number = /^\d{1,15}$/.test(mark) ? Number(mark) : undefined;
    found.push({ name, uid, stack, number, born: Date.parse(creationTimestamp) });
  }
  return found;
}

/** The highest number of whose holder it is certain that it does nothing any more; undefined where nothing is certain. */
async function lastOver({ store }: StoredSite, stack: string): Promise<number | undefined> {
  const { readClaim } = await import('../engine/claims/claim-document.js');
  const seen = await readClaim(store, stack);
  if (seen !== undefined) return seen.claim.state === 'free' || (await isDead(seen)) ? seen.claim.number : undefined;
  // A claim ends after the record of the testbed's end.
  return (await store.read(`records/ended/${stack}`)) === undefined ? undefined : Number.POSITIVE_INFINITY;
}

async function isDead({ claim }: SeenClaim): Promise<boolean> {
  const { lifeOf } = await import('../engine/claims/holder-life.js');
  return claim.state === 'held' && lifeOf(claim.holder).kind === 'gone';
}

/** Testbeds whose claim's holder is provably gone, or gave it back though its credential still stood. */
async function leftClaims({ store }: StoredSite): Promise<readonly string[]> {
  const { readClaim } = await import('../engine/claims/claim-document.js');
  const left: string[] = [];
  for await (const key of store.list('claims/')) {
    const stack = key.slice('claims/'.length);
    const seen = TESTBED_ID.test(stack) ? await readClaim(store, stack) : undefined;
    if (seen === undefined) continue;
    const { claim } = seen;
    if ((claim.state === 'free' && claim.due.credential) || (await isDead(seen))) left.push(stack);
  }
  return left;
}

/** Follows the dead holder, as any operation would, and ends the claim where nobody will ever ask for the stack again. */
async function endClaim(
  site: StoredSite,
  stack: string,
  client: KubernetesClient,
  surroundings: Surroundings,
): Promise<void> {
  if (await isWanted(site, stack)) return;
  let isForgotten = false;
  const wish = { store: site.store, stack, purpose: `sweep ${stack}`, isForgotten: () => isForgotten };
  try {
    await withStackClaim(wish, surroundings, async ({ claim, surroundings: within }) => {
      // Again, now that nobody else may change it.
      if (await isWanted(site, stack)) return;
      await fenceOperations(client, claim, within);
      await forgetStack(site, stack, 'leftovers');
      isForgotten = true;
    });
  } catch (error) {
    // Somebody else was first: then it is theirs.
    if (!isTestbedError(error, 'OperationRunning') && !isTestbedError(error, 'ClaimLost')) throw error;
  }
}

/** Whether a record or a state speaks of it. */
async function isWanted({ store, records }: StoredSite, stack: string): Promise<boolean> {
  if ((await records.find(stack)) !== undefined) return true;
  const { readPublished } = await import('../engine/published-state.js');
  return (await readPublished({ name: stack, store }))?.content !== undefined;
}
