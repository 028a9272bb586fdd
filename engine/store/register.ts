import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isTestbedError, reasonOf, text } from '../../errors';
import { requireKey, requirePrefix, requireSize, versionOf } from './document';
import { storeUnreachable } from './store-errors';
import type { DocumentStore, Version, WriteOutcome } from './types';

/*
 * A store beyond a network can lose the answer to a writing: then nobody knows whether it holds. So each writing bears a nonce and the nonces of
 * those before it, and an ended document stays as a mark with the same. Whoever lost an answer looks: its own nonce, there or among those
 * before, says that it held; the nonce that it saw, still there, says that it may be tried again, which can succeed only once; its absence from a
 * line that reaches back to what it saw says that another one was first. Where the line does not reach so far back, it says that it does not know.
 */

/** How many writings back a document remembers. */
export const MAX_LINEAGE = 24;
const NONCE = /^[0-9a-f]{24}$/;

/** One writing of a document, or the mark that it ended. */
export interface Cell {
  readonly nonce: string;
  /** Nonces of the writings before, the newest first. */
  readonly lineage: readonly string[];
  readonly ended: boolean;
  readonly content: Buffer;
}

/** Where a cell is: by this the next writing says what it saw. */
export interface Held extends Cell {
  /** What the place itself compares, such as an entity tag; the nonce where that is enough. */
  readonly tag: string;
}

/** A place of cells with compare-and-set, one request a call. */
export interface Register {
  readonly place: string;
  /** Once before the first writing: throws where the place would not hold what the contract says. */
  prepare(): Promise<void>;
  load(key: string): Promise<Held | undefined>;
  /** Writes where the place still holds what was `seen`, or still nothing; the new tag, or undefined where it was refused. */
  swap(key: string, next: Cell, seen: Pick<Held, 'nonce' | 'tag'> | undefined): Promise<string | undefined>;
  /** Keys that are not ended, in any order. */
  keys(prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

/** Nobody knows what became of the request; it may be sent again. */
export class AnswerLost extends Error {
  constructor(cause: unknown) {
    super(reasonOf(cause), { cause });
  }
}

/** So long what failed is tried again, and so long the next request of a call is begun at all; with the last one no call takes 30 s. */
const TRIES_MS = 8000;
const BEGIN_MS = 14_000;
/** For one request, in milliseconds. */
export const REQUEST_MS = 14_000;

/** Documents in a register. */
export function openRegisterStore(register: Register): DocumentStore {
  let prepared: Promise<void> | undefined;
  const prepare = (tries: Tries): Promise<void> => {
    prepared ??= tries
      .until(() => register.prepare())
      .catch((error: unknown) => {
        prepared = undefined;
        throw error;
      });
    return prepared;
  };
  const load = (key: string, tries: Tries): Promise<Held | undefined> => tries.until(() => register.load(key));
  return {
    place: register.place,
    async read(key) {
      const found = await load(requireKey(key), new Tries(register.place));
      return found === undefined || found.ended ? undefined : { content: found.content, version: tokenOf(found) };
    },
    async write(key, content, expected) {
      requireSize(requireKey(key), content.length, register.place);
      const tries = new Tries(register.place);
      await prepare(tries);
      if (expected !== 'absent') return change(register, key, seenIn(expected), content, tries);
      const present = await load(key, tries);
      if (present !== undefined && !present.ended) return { kind: 'conflict' };
      return change(register, key, present, content, tries);
    },
    async end(key, expected) {
      const tries = new Tries(register.place);
      requireKey(key);
      await prepare(tries);
      const outcome = await change(register, key, seenIn(expected), undefined, tries);
      return outcome.kind === 'written' ? 'ended' : 'conflict';
    },
    async *list(prefix) {
      requirePrefix(prefix);
      const keys = await new Tries(register.place).until(() => register.keys(prefix));
      yield* keys.filter((key) => key.startsWith(prefix)).sort();
    },
    close: () => register.close(),
  };
}

type Seen = Pick<Held, 'nonce' | 'tag' | 'lineage'>;

/** One writing, tried until it is known what became of it. Without `content` the document ends. */
async function change(
  register: Register,
  key: string,
  expected: Seen | undefined,
  content: Buffer | undefined,
  tries: Tries,
): Promise<WriteOutcome> {
  const nonce = randomBytes(12).toString('hex');
  const lineage = expected === undefined ? [] : [expected.nonce, ...expected.lineage].slice(0, MAX_LINEAGE);
  const next: Cell = { nonce, lineage, ended: content === undefined, content: content ?? Buffer.alloc(0) };
  let seen = expected;
  let lost = false;
  for (;;) {
    let why = new Error('it refuses a writing that nothing stands against');
    tries.begin();
    try {
      const tag = await register.swap(key, next, seen);
      if (tag !== undefined) return { kind: 'written', version: tokenOf({ nonce, lineage, tag }) };
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
      lost = true;
      why = error;
    }
    // A refusal is looked at too: whatever stands between may have sent our request twice, and tell us of the second.
    const found = await tries.until(() => register.load(key));
    if (found?.nonce === nonce) return { kind: 'written', version: tokenOf(found) };
    if (found?.lineage.includes(nonce) === true)
      return { kind: 'written', version: tokenOf({ nonce, lineage, tag: 'replaced' }) };
    if (found?.nonce === seen?.nonce) {
      // The same writing, perhaps with another tag, as after the place was copied.
      seen = found;
      await tries.pause(why);
    } else if (!lost || (found !== undefined && reachesBack(found, seen))) return { kind: 'conflict' };
    else
      throw storeUnreachable(
        register.place,
        new Error(
          `the answer to a writing of ${key} was lost, and others wrote since: it is not known whether it held`,
        ),
      );
  }
}

/** Whether what a cell remembers covers all that was written after `seen`. */
function reachesBack(found: Held, seen: Seen | undefined): boolean {
  return found.lineage.length < MAX_LINEAGE || (seen !== undefined && found.lineage.includes(seen.nonce));
}

const LATER = text(
  'check that the store answers, then run the same command again: it goes on where it ended',
  '저장소가 응답하는지 확인한 뒤 같은 명령을 다시 실행하세요. 멈춘 곳에서 이어집니다',
);

/** The tries of one call of the store. */
class Tries {
  readonly #began = performance.now();
  readonly #place: string;
  #pauseMs = 25;

  constructor(place: string) {
    this.#place = place;
  }

  /** Does it again while the answer is lost. Throws StoreUnreachable when the time is over. */
  async until<T>(work: () => Promise<T>): Promise<T> {
    for (;;)
      try {
        this.begin();
        return await work();
      } catch (error) {
        if (!(error instanceof AnswerLost)) throw isTestbedError(error) ? error : storeUnreachable(this.#place, error);
        await this.pause(error);
      }
  }

  /** Throws StoreUnreachable when it is too late for another request. */
  begin(): void {
    if (performance.now() - this.#began > BEGIN_MS)
      throw storeUnreachable(this.#place, new Error('it answers too slowly'), LATER);
  }

  /** Waits, longer each time. Throws StoreUnreachable for `why` when the time is over. */
  async pause(why: Error): Promise<void> {
    if (performance.now() - this.#began > TRIES_MS)
      throw storeUnreachable(this.#place, why instanceof AnswerLost ? why.cause : why, LATER);
    await delay(this.#pauseMs * (0.5 + Math.random() / 2));
    this.#pauseMs = Math.min(this.#pauseMs * 2, 2000);
  }
}

/** The lineage goes with the version: so a writing needs no look before it. */
function tokenOf({ nonce, lineage, tag }: Seen): Version {
  return versionOf(`${[nonce, ...lineage].join(',')} ${tag}`);
}

function seenIn(version: Version): Seen {
  const [, line = '', tag = ''] = /^([^ ]+) (.+)$/.exec(version) ?? [];
  const [nonce, ...lineage] = line.split(',');
  if (nonce === undefined || !NONCE.test(nonce) || !lineage.every((each) => NONCE.test(each)))
    throw new TypeError(`${JSON.stringify(version.slice(0, 80))} is no version of such a document`);
  return { nonce, lineage, tag };
}
