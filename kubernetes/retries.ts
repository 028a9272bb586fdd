import { setTimeout as pause } from 'node:timers/promises';
import type { Transport, WireAnswer, WireRequest } from './transport';
import { wasRefused, wasReset } from './unreachable';

/**
 * How often a request may be sent.
 * `read` and `idempotent` (apply, delete of one uid, dry runs): again after a broken connection, 429 and 503.
 * `once` (create): again only after 429, which the server says before it does anything.
 * `never`: what the server says is the answer.
 */
export type Safety = 'read' | 'idempotent' | 'once' | 'never';

const TRIES = 4;
const ALL_TRIES_MS = 10_000;
const FIRST_PAUSE_MS = 100;

/** Sends with at most 4 tries within 10 s. Rejects with the last bare network error. */
export async function sendWithRetries(transport: Transport, request: WireRequest, safety: Safety): Promise<WireAnswer> {
  const started = Date.now();
  let brokenBefore = false;
  for (let attempt = 1; ; attempt += 1) {
    let waitMs = jittered(FIRST_PAUSE_MS * 4 ** (attempt - 1));
    const mayWait = (): boolean => attempt < TRIES && Date.now() - started + waitMs <= ALL_TRIES_MS;
    try {
      const answer = await transport.send(request);
      const wish = retryPause(answer, safety);
      if (wish === undefined) return answer;
      waitMs = Math.max(waitMs, wish);
      if (!mayWait()) return answer;
    } catch (error) {
      if (request.signal?.aborted === true || (safety !== 'read' && safety !== 'idempotent')) throw error;
      // A refused connection counts only after a broken one: then the server is restarting. Otherwise nothing is there.
      if (!wasReset(error) && !(brokenBefore && wasRefused(error))) throw error;
      // A kept-alive socket that the server had closed: the next try gets a fresh one, so it need not wait.
      if (!brokenBefore) waitMs = 0;
      brokenBefore = true;
      if (!mayWait()) throw error;
    }
    if (waitMs > 0) await pause(waitMs, undefined, request.signal === undefined ? {} : { signal: request.signal });
  }
}

/** Milliseconds to wait before the next try; undefined: the answer stands. */
function retryPause({ status, headers }: WireAnswer, safety: Safety): number | undefined {
  const after = headers['retry-after'];
  const asked = typeof after === 'string' && /^\d{1,4}$/.test(after) ? Number(after) * 1000 : undefined;
  if (status === 429 && safety !== 'never') return asked;
  if (status === 503 && (safety === 'read' || safety === 'idempotent')) return asked ?? 0;
  return undefined;
}

/** Between half and all of it, so that many clients don't return at the same instant. */
function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random() / 2);
}
