import { setTimeout as pause } from 'node:timers/promises';
import { retryAfterMs } from './retry-after';
import type { Transport, WireAnswer, WireRequest } from './transport';
import { wasRefused, wasReset } from './unreachable';

/**
 * How often a request may be sent.
 * `read` and `idempotent` (apply, delete of one uid, dry runs): again after a broken connection, 429, 500, 502, 503 and 504.
 * `once` (create): again only after 429, which the server says before it does anything.
 * `never`: what the server says is the answer.
 */
export type Safety = 'read' | 'idempotent' | 'once' | 'never';

const TRIES = 4;
const ALL_TRIES_MS = 10_000;
const FIRST_PAUSE_MS = 100;

const PASSING: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * Sends with at most 4 tries within 10 s, a pause that the server asks for included. Rejects with the last bare network error. The request's `patience`
 * ends pauses, never a try: what the last try gave stands.
 */
export async function sendWithRetries(transport: Transport, request: WireRequest, safety: Safety): Promise<WireAnswer> {
  const started = Date.now();
  const ends = [request.signal, request.patience].filter((signal) => signal !== undefined);
  let brokenBefore = false;
  for (let attempt = 1; ; attempt += 1) {
    let waitMs = jittered(FIRST_PAUSE_MS * 4 ** (attempt - 1));
    const mayWait = (): boolean => attempt < TRIES && Date.now() - started + waitMs <= ALL_TRIES_MS;
    let giveUp: () => WireAnswer;
    try {
      const answer = await transport.send(request);
      const wish = retryPause(answer, safety);
      if (wish === undefined) return answer;
      waitMs = Math.max(waitMs, wish);
      if (!mayWait()) return answer;
      giveUp = () => answer;
    } catch (error) {
      if (request.signal?.aborted === true || (safety !== 'read' && safety !== 'idempotent')) throw error;
      // A refused connection counts only after a broken one: then the server is restarting. Otherwise nothing is there.
      if (!wasReset(error) && !(brokenBefore && wasRefused(error))) throw error;
      // A kept-alive socket that the server had closed: the next try gets a fresh one, so it need not wait.
      if (!brokenBefore) waitMs = 0;
      brokenBefore = true;
      if (!mayWait()) throw error;
      giveUp = () => {
        throw error;
      };
    }
    if (waitMs > 0) await rest(waitMs, ends);
    if (request.patience?.aborted === true && request.signal?.aborted !== true) return giveUp();
  }
}

/** Ends early, and quietly, when one of the signals does. */
async function rest(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any([...signals]);
  try {
    await pause(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Milliseconds to wait before the next try; undefined: the answer stands. */
function retryPause({ status, headers }: WireAnswer, safety: Safety): number | undefined {
  const passes =
    (status === 429 && safety !== 'never') || (PASSING.has(status) && (safety === 'read' || safety === 'idempotent'));
  return passes ? (retryAfterMs(headers['retry-after'], Date.now()) ?? 0) : undefined;
}

/** Between half and all of it, so that many clients don't return at the same instant. */
function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random() / 2);
}
