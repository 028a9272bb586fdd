import { availableParallelism } from 'node:os';
import { takeClaim } from './claims/claim';
import type { Claim } from './claims/held-claim';
import { refuseIfAborted } from './interrupted';
import { operateOnCopy } from './operation';
import { createRunnerPool } from './runner-pool';
import { requireStackName } from './stack-name';
import type { Engine, OperationRequest } from './types';
import { sweepWorkDirectories } from './work-directory';

/** Operations in flight at once by default: a CLI process needs about 100 MB and, while it works, one core. */
const MAX_RUNNERS = 4;

export interface EngineOptions {
  readonly runners?: number;
  /** Path of a built module that exports `providerService` in place of the embedded provider: tests stand in faults by it. */
  readonly provider?: string;
}

/**
 * The engine of one process: holds at most `runners` threads (default: one a core, at most 4); more operations than that wait for
 * their turn. Close it, or its threads keep the process alive.
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const size = options.runners ?? Math.min(MAX_RUNNERS, availableParallelism());
  const pool = createRunnerPool(size);
  let swept = false;

  return {
    async run(request) {
      requireStackName(request.stack.name);
      // Whoever fails before it is awaited tells of the first failure, and this one is no second.
      Promise.resolve(request.connection).catch(() => undefined);
      if (!swept) {
        swept = true;
        sweepWorkDirectories();
      }
      const begin = performance.now();
      const result = await withClaim(request, (claim) => operateOnCopy(pool, request, claim, options.provider));
      return { ...result, kind: request.kind, elapsedMs: Math.round(performance.now() - begin) };
    },
    async rehearse(request) {
      const runner = await pool.take();
      try {
        return await runner.rehearse(request);
      } finally {
        await pool.give(runner);
      }
    },
    warm: (count = 1) => pool.warm(count, options.provider),
    close: () => pool.close(),
  };
}

/** With the caller's claim, or with one for this operation alone; without any where nothing is to be changed. */
async function withClaim<T>(request: OperationRequest, work: (claim: Claim | undefined) => Promise<T>): Promise<T> {
  const { kind, stack, signal, claim: given } = request;
  if (given !== undefined || (kind !== 'up' && kind !== 'down' && kind !== 'repair')) return work(given);
  refuseIfAborted(signal);
  const claim = await takeClaim({
    store: stack.store,
    stack: stack.name,
    purpose: kind,
    ...(signal === undefined ? {} : { signal }),
  });
  let result: T;
  try {
    result = await work(claim);
  } catch (error) {
    // The first failure is the one to tell; what was not given back is followed when this process is gone.
    await claim.giveBack().catch(() => undefined);
    throw error;
  }
  await claim.giveBack();
  return result;
}
