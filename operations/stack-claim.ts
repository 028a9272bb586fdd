import type { ClaimOptions } from '../engine/claims/claim';
import type { Claim } from '../engine/claims/held-claim';
import type { DocumentStore } from '../engine/store/types';
import { isTestbedError, text } from '../errors';
import type { Surroundings } from './surroundings';

export interface ClaimWish {
  readonly store: DocumentStore;
  /** Id of a testbed, or the name of a shared stack. */
  readonly stack: string;
  /** `up care-lab`: for those who find the stack claimed, and for the audit log. */
  readonly purpose: string;
  /** Asked at the end: whether anybody will ask for this stack again. Default: yes. */
  readonly isForgotten?: () => boolean;
  /** Default: those of `takeClaim`. */
  readonly pace?: Pick<ClaimOptions, 'beatMs' | 'termMs' | 'process'>;
}

/** The surroundings of a claim's holder: their signal is aborted, with ClaimLost, when the claim is lost. */
export interface Claimed {
  readonly claim: Claim;
  readonly surroundings: Surroundings;
}

/**
 * Runs work as the only one that may change a stack, on any machine that shares the store. Waits for a holder that gives no sign of life until it may be followed. Throws
 * OperationRunning where one lives, and ClaimLost, whatever the work says of it, where this one was followed itself.
 */
export async function withStackClaim<T>(
  wish: ClaimWish,
  surroundings: Surroundings,
  work: (claimed: Claimed) => Promise<T>,
): Promise<T> {
  const { takeClaim } = await import('../engine/claims/claim.js');
  const { store, stack, purpose, pace, isForgotten = (): boolean => false } = wish;
  const waiting = openWaiting(stack, surroundings);
  const claim = await takeClaim({
    store,
    stack,
    purpose,
    // The vendor's provider is a process of its own, and lives a little longer than ours.
    isOutlived: surroundings.vendorPlugin !== undefined,
    ...pace,
    signal: surroundings.signal,
    onWait: (holder, leftMs) => waiting.tell(holder, leftMs),
  }).finally(() => waiting.end());
  const signal = AbortSignal.any([surroundings.signal, claim.lost]);
  let result: T;
  try {
    result = await work({ claim, surroundings: { ...surroundings, signal } });
  } catch (error) {
    // What it says may come of the loss alone, such as a refused token.
    const cause = await claim.verify().then(
      () => error,
      (loss: unknown) => (isTestbedError(loss, 'ClaimLost') ? loss : error),
    );
    // The first failure is the one to tell; what was not given back is followed when this process is gone.
    await claim.giveBack(isForgotten() ? 'forget' : 'keep').catch(() => undefined);
    throw cause;
  }
  await claim.giveBack(isForgotten() ? 'forget' : 'keep');
  return result;
}

interface Waiting {
  tell(
    holder: { readonly purpose: string; readonly process: { readonly host: string; readonly pid: number } },
    leftMs: number,
  ): void;
  end(): void;
}

/** A step that is opened only where somebody has to be waited for. */
function openWaiting(stack: string, { onProgress }: Pick<Surroundings, 'onProgress'>): Waiting {
  const began = performance.now();
  const step = {
    id: `claim:${stack}`,
    title: text(`follow the last run on '${stack}'`, `'${stack}'의 이전 실행 인계`),
  };
  let isOpen = false;
  return {
    tell({ purpose, process: { host, pid } }, leftMs) {
      if (!isOpen) onProgress({ ...step, state: 'start' });
      isOpen = true;
      const seconds = Math.ceil(leftMs / 1000);
      onProgress({
        ...step,
        state: 'update',
        detail: text(
          `${purpose} (pid ${pid}, ${host}) gives no sign of life; ${seconds} s more are given`,
          `${purpose}(pid ${pid}, ${host})이(가) 응답하지 않습니다. ${seconds}초 더 기다립니다`,
        ),
        elapsedMs: performance.now() - began,
      });
    },
    end() {
      if (isOpen) onProgress({ ...step, state: 'done', elapsedMs: performance.now() - began });
      isOpen = false;
    },
  };
}
