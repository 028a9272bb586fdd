import { setTimeout as pause } from 'node:timers/promises';
import { retryAfterMs } from './retry-after';
import { ServerStarting, type Starting } from './starting';
import type { Transport, WireAnswer, WireRequest } from './transport';
import { wasRefused, wasReset } from './unreachable';

/**
 * How often a request may be sent.
 * `read` and `idempotent` (apply, delete of one uid, dry runs): again after a broken connection, 429, 500, 502, 503 and 504.
 * `once` (create): again only after 429, which the server says before it does anything.
 * `never`: what the server says is the answer.
 * All but `never` also after a refusal of a server that is only starting.
 */
export type Safety = 'read' | 'idempotent' | 'once' | 'never';

const TRIES = 4;
const ALL_TRIES_MS = 10_000;
const FIRST_PAUSE_MS = 100;
/** Between two looks at a server that is starting. */
const STARTING_PAUSE_MS = 500;

const PASSING: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * Sends with at most 4 tries within 10 s, a pause that the server asks for included; tries that a server refuses while it starts do not count. Rejects with the last bare network error, or with
 * ServerStarting. The request's `patience` ends pauses, never a try: what the last try gave stands.
 */
export async function sendWithRetries(
  transport: Transport,
  request: WireRequest,
  safety: Safety,
  starting: Starting,
): Promise<WireAnswer> {
  const started = Date.now();
  const ends = [request.signal, request.patience].filter((signal) => signal !== undefined);
  let brokenBefore = false;
  for (let attempt = 1; ; attempt += 1) {
    let waitMs = jittered(FIRST_PAUSE_MS * 4 ** (attempt - 1));
    const mayWait = (): boolean => attempt < TRIES && isInTime(started, waitMs);
    let giveUp: () => WireAnswer;
    const sentAt = performance.now();
    try {
      const answer = await transport.send(request);
      const refusal = await starting.judge(answer.status, sentAt);
      if (refusal !== 'stands') {
        waitMs = refusal === 'early' ? STARTING_PAUSE_MS : 0;
        if (safety === 'never' || !isInTime(started, waitMs)) throw new ServerStarting();
        attempt -= 1;
        giveUp = () => {
          throw new ServerStarting();
        };
      } else {
        const wish = retryPause(answer, safety);
        if (wish === undefined) return answer;
        waitMs = Math.max(waitMs, wish);
        if (!mayWait()) return answer;
        giveUp = () => answer;
      }
    } catch (error) {
      if (wasReset(error) || wasRefused(error)) starting.broke();
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

function isInTime(started: number, waitMs: number): boolean {
  return Date.now() - started + waitMs <= ALL_TRIES_MS;
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
