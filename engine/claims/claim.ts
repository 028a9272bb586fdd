import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { currentProcess, type ProcessIdentity } from '../../host/process-identity';
import type { DocumentStore, Version } from '../store/types';
import {
  claimContent,
  claimKey,
  readClaim,
  type ClaimDocument,
  type ClaimHolder,
  type Due,
  type SeenClaim,
} from './claim-document';
import { operationRunning } from './claim-errors';
import { holdClaim, type Claim } from './held-claim';
import { lifeOf, monotonicMs } from './holder-life';

/** Between two signs of life. */
const BEAT_MS = 5000;
/** After so long without one, by its own clock, a watcher takes over. */
const TERM_MS = 20_000;
const LOOK_MS = 500;

export interface ClaimOptions {
  readonly store: DocumentStore;
  readonly stack: string;
  /** What it is taken for, for those who find it taken: `up care-lab`. */
  readonly purpose: string;
  /** In milliseconds, default 5000. */
  readonly beatMs?: number;
  /** In milliseconds, default 20000. A holder is watched as long as the longer one of its own and this. */
  readonly termMs?: number;
  /** Whether something of the work may go on for a moment when this process is gone: then whoever follows it ends its credentials first, as after a silent one. */
  readonly isOutlived?: boolean;
  /** Default: this process. */
  readonly process?: ProcessIdentity;
  /** Told at each look at a holder who gives no sign of life. */
  readonly onWait?: (holder: ClaimHolder, leftMs: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Takes the right to change a stack. A holder whose process is provably gone is followed at once, one that gives no sign of life after it was
 * watched for a term; what such a one might still do is `due` to be fenced then. Throws OperationRunning where the holder lives, StateUnreadable, what
 * the store throws, and the signal's reason.
 */
export async function takeClaim(options: ClaimOptions): Promise<Claim> {
  const { store, stack, purpose, signal, beatMs = BEAT_MS, termMs = TERM_MS } = options;
  const id = randomBytes(12).toString('hex');
  const holder = (): ClaimHolder => ({
    id,
    purpose,
    since: new Date().toISOString(),
    process: definedOf(options.process ?? currentProcess()),
    beatMs,
    termMs,
    ...(options.isOutlived === true ? { outlived: true } : {}),
    aliveAt: monotonicMs(),
  });
  let watched: Watched | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const seen = await readClaim(store, stack);
    const standing = standingOf(seen);
    if (standing !== 'held') {
      const claim = await follow(standing, seen, holder());
      if (claim !== undefined) return claim;
      continue;
    }
    if (seen?.claim.state !== 'held') continue;
    watched = watchOn(stack, watched, seen, seen.claim.holder);
    const leftMs = Math.max(termMs, seen.claim.holder.termMs) - (performance.now() - watched.since);
    if (leftMs <= 0) {
      const claim = await follow('silent', seen, holder());
      if (claim !== undefined) return claim;
      continue;
    }
    options.onWait?.(seen.claim.holder, leftMs);
    await delay(Math.min(LOOK_MS, beatMs, leftMs + 1), undefined, signal === undefined ? {} : { signal });
  }

  async function follow(
    former: Exclude<Standing, 'held'> | 'silent',
    seen: SeenClaim | undefined,
    own: ClaimHolder,
  ): Promise<Claim | undefined> {
    const before = seen?.claim;
    const isSilent = former === 'silent';
    const claim: ClaimDocument & { readonly state: 'held' } = {
      version: 1,
      state: 'held',
      number: (before?.number ?? 0) + 1,
      due: isSilent ? ALL_DUE : dueAfter(before),
      contested: isSilent || before?.contested === true,
      holder: own,
    };
    const outcome = await store.write(claimKey(stack), claimContent(claim), seen?.version ?? 'absent');
    return outcome.kind === 'conflict'
      ? undefined
      : holdClaim(store, stack, { claim, version: outcome.version, followed: former });
  }
}

const NOTHING_DUE: Due = { cluster: false, state: false, credential: false };
const ALL_DUE: Due = { cluster: true, state: true, credential: true };

function dueAfter(before: ClaimDocument | undefined): Due {
  const due = before?.due ?? NOTHING_DUE;
  if (before?.state !== 'held') return due;
  // Whoever is gone was killed before it could end its credential, or say that it did.
  return { ...due, cluster: due.cluster || before.holder.outlived === true, credential: true };
}

/** `held`: by somebody who may live. */
type Standing = 'free' | 'gone' | 'held';

function standingOf(seen: SeenClaim | undefined): Standing {
  if (seen === undefined || seen.claim.state === 'free') return 'free';
  return lifeOf(seen.claim.holder).kind === 'gone' ? 'gone' : 'held';
}

interface Watched {
  readonly version: Version;
  /** By `performance.now()`. */
  readonly since: number;
}

/** Throws OperationRunning at the first sign of life. */
function watchOn(stack: string, watched: Watched | undefined, { version }: SeenClaim, holder: ClaimHolder): Watched {
  if (watched?.version === version) return watched;
  const life = lifeOf(holder);
  if (watched !== undefined || life.kind === 'lives') throw operationRunning(stack, holder);
  const silentMs = life.kind === 'unsure' ? life.silentMs : 0;
  return { version, since: performance.now() - silentMs };
}

function definedOf({ host, pid, startedAt, boot, pidNamespace }: ProcessIdentity): ClaimHolder['process'] {
  return {
    host,
    pid,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}
