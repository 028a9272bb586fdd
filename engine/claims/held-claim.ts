import type { DocumentStore } from '../store/types';
import { claimContent, claimKey, readClaim, type ClaimDocument, type Due, type SeenClaim } from './claim-document';
import { claimLost } from './claim-errors';
import { monotonicMs } from './holder-life';

type Held = ClaimDocument & { readonly state: 'held' };

/** The right to change one stack. Whoever holds it renews it in the background, which keeps no process alive. */
export interface Claim {
  readonly stack: string;
  /** Grows with every holder, also over those who gave it back. */
  readonly number: number;
  /**
   * What is to be fenced before it is used: a former holder was silent for a term and may wake up. `cluster`: its credentials are to be ended; `state`: the published
   * state is to be written again, so that what it publishes meets another version. `credential`: one stands in the cluster of a holder that has finished and could not end it,
   * or of this one.
   */
  readonly due: Readonly<Due>;
  /** The last holder gave it back, is gone, or was silent. */
  readonly followed: 'free' | 'gone' | 'silent';
  /** Whether any former holder was ever followed because it was silent: then an absent document is no proof that nobody will write it. */
  readonly contested: boolean;
  /** Aborted with ClaimLost when a renewal finds another holder. */
  readonly lost: AbortSignal;
  /** Reads the claim again. Throws ClaimLost where it is another's. */
  verify(): Promise<void>;
  /** Says that this is fenced: the next holder need not do it again. */
  fenced(what: keyof Due): void;
  /** Says that a credential is being made, to be ended by the next holder unless `fenced('credential')` is said before this one gives back. */
  owesCredential(): void;
  /**
   * Ends the holding; the number stays. `forget`: the document goes as well, where no former holder may come back to it and nothing is due. Does nothing a second time. Throws ClaimLost
   * where it is another's, and what the store throws; the holding is then ended by the end of this process.
   */
  giveBack(after?: 'keep' | 'forget'): Promise<void>;
}

export function holdClaim(
  store: DocumentStore,
  stack: string,
  taken: { claim: Held; version: SeenClaim['version']; followed: Claim['followed'] },
): Claim {
  const { claim } = taken;
  const key = claimKey(stack);
  const lost = new AbortController();
  const due = { ...claim.due };
  let { version } = taken;
  let over = false;
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other: each must know the version of the one before. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const lose = (): never => {
    over = true;
    clearInterval(beat);
    const error = claimLost(stack);
    lost.abort(error);
    throw error;
  };
  /** Whether it is ours still; a writing whose answer was lost may have made another version of it. */
  const look = async (): Promise<void> => {
    lost.signal.throwIfAborted();
    const seen = await readClaim(store, stack);
    if (seen?.claim.state !== 'held' || seen.claim.holder.id !== claim.holder.id) lose();
    else version = seen.version;
  };
  const renew = async (): Promise<void> => {
    if (over) return;
    const renewed: Held = { ...claim, due: { ...due }, holder: { ...claim.holder, aliveAt: monotonicMs() } };
    const outcome = await store.write(key, claimContent(renewed), version);
    if (outcome.kind === 'written') version = outcome.version;
    else await look();
  };

  let renewing = false;
  const beat = setInterval(() => {
    if (renewing) return;
    renewing = true;
    inTurn(renew)
      // The loss is told by `lost`; a store that does not answer is asked again at the next beat, and the fences hold meanwhile.
      .catch(() => undefined)
      .finally(() => {
        renewing = false;
      });
  }, claim.holder.beatMs);
  beat.unref();

  const free = async (after: 'keep' | 'forget'): Promise<void> => {
    if (over) {
      lost.signal.throwIfAborted();
      return;
    }
    const write = async (): Promise<'conflict' | 'written' | 'ended'> => {
      // What is due must stand somewhere: a sweep finds it there when nobody else asks for the stack.
      if (after === 'forget' && !claim.contested && !due.credential) return store.end(key, version);
      const { number, contested } = claim;
      const content = claimContent({ version: 1, state: 'free', number, due: { ...due }, contested });
      return (await store.write(key, content, version)).kind;
    };
    if ((await write()) === 'conflict') {
      await look();
      if ((await write()) === 'conflict') lose();
    }
    over = true;
  };

  return {
    stack,
    number: claim.number,
    due,
    followed: taken.followed,
    contested: claim.contested,
    lost: lost.signal,
    verify: () => inTurn(look),
    fenced: (what) => {
      due[what] = false;
    },
    owesCredential: () => {
      due.credential = true;
    },
    giveBack: (after = 'keep') => {
      clearInterval(beat);
      return inTurn(() => free(after));
    },
  };
}
