import { setTimeout as pause } from 'node:timers/promises';
import { TestbedError, isTestbedError, reasonOf, text, verbatim, type ErrorCode, type Text } from '../errors';
import { operationsAtOnce } from './at-once';
import { inPool, type PoolEnd } from './in-pool';
import type { Surroundings } from './surroundings';

/** How the work on one of several testbeds came out. */
export interface ManyItem<R> {
  readonly name: string;
  readonly result?: R;
  /** Of `failed` and `half-made`. */
  readonly error?: { readonly code: ErrorCode; readonly message: Text; readonly hint?: Text };
  /** `half-made`: interrupted while it was under way. `not-begun`: the interruption came before it. */
  readonly state: 'done' | 'failed' | 'half-made' | 'not-begun';
  /** From its beginning to its end, the wait for another run included. */
  readonly elapsedMs?: number;
}

export interface ManyWork<R> {
  readonly names: readonly string[];
  /** What is done to each, such as `provision`; for the progress. */
  readonly title: Text;
  readonly atOnce: number | undefined;
  /** As of `inPool`. */
  readonly waiting?: number;
  /** Said of one that is done, such as `created`. */
  readonly said: (result: R) => Text | undefined;
  readonly work: (name: string, own: Surroundings, giveUpPlace: () => void) => Promise<R>;
}

/** A testbed on which another run works is tried again this often, in milliseconds, and for so long: then it is a failure. */
const AGAIN_MS = 1000;
const OTHERS_MS = 10 * 60_000;

/**
 * Does the same to many testbeds, so many at once. One that fails touches no other; one that another run works on waits for that run's end, out of the way
 * of the rest. Aborted: what is under way ends in order, nothing more is begun. Never rejects.
 */
export async function doMany<R>(
  { names, title, atOnce, waiting, said, work }: ManyWork<R>,
  surroundings: Surroundings,
): Promise<readonly ManyItem<R>[]> {
  const { signal } = surroundings;
  const progress = openManyProgress(title, names.length, surroundings);
  const begun = new Map<string, number>();
  const ends = await inPool(
    names,
    { atOnce: operationsAtOnce(atOnce, names.length), ...(waiting === undefined ? {} : { waiting }), signal },
    async (name, giveUpPlace) => {
      const began = performance.now();
      begun.set(name, began);
      const own: Surroundings = {
        ...surroundings,
        onProgress: () => undefined,
        onWarning: ({ en, ko }) => surroundings.onWarning(text(`${name}: ${en}`, `${name}: ${ko}`)),
        confirm: () => Promise.resolve(),
      };
      progress.begin();
      try {
        const result = await awaitingOthers(
          () => work(name, own, giveUpPlace),
          signal,
          () => {
            giveUpPlace();
            progress.waits(name);
          },
        );
        progress.end(name, 'done', performance.now() - began, said(result));
        return { result, elapsedMs: performance.now() - began };
      } catch (error) {
        progress.end(name, 'failed', performance.now() - began, verbatim(codeOf(error)));
        throw error;
      }
    },
  );
  progress.close();
  return ends.map((end) => itemOf(end, begun, signal));
}

/** Tries again while another run works on the same testbed. */
async function awaitingOthers<R>(work: () => Promise<R>, signal: AbortSignal, onWait: () => void): Promise<R> {
  const latest = performance.now() + OTHERS_MS;
  for (let first = true; ; first = false) {
    try {
      return await work();
    } catch (error) {
      if (!isTestbedError(error, 'OperationRunning') || signal.aborted || performance.now() > latest) throw error;
      if (first) onWait();
      await pause(AGAIN_MS, undefined, { signal });
    }
  }
}

function itemOf<R>(
  end: PoolEnd<string, { readonly result: R; readonly elapsedMs: number }>,
  begun: ReadonlyMap<string, number>,
  signal: AbortSignal,
): ManyItem<R> {
  const name = end.item;
  if (end.state === 'not-begun') return { name, state: 'not-begun' };
  if (end.state === 'done') return { name, state: 'done', ...end.result };
  const { error } = end;
  const halfMade =
    signal.aborted && (isTestbedError(error, 'Interrupted') || error === signal.reason || isAbort(error));
  const began = begun.get(name);
  return {
    name,
    state: halfMade ? 'half-made' : 'failed',
    error: {
      code: halfMade ? 'Interrupted' : codeOf(error),
      message: isTestbedError(error) ? error.text : verbatim(reasonOf(error)),
      ...(isTestbedError(error) && error.hint !== undefined ? { hint: error.hint } : {}),
    },
    ...(began === undefined ? {} : { elapsedMs: performance.now() - began }),
  };
}

function codeOf(error: unknown): ErrorCode {
  return isTestbedError(error) ? error.code : 'InternalError';
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

interface ManyProgress {
  begin(): void;
  waits(name: string): void;
  end(name: string, state: 'done' | 'failed', elapsedMs: number, words: Text | undefined): void;
  close(): void;
}

/** One moving line with counts, and a line for each that has come to its end. */
function openManyProgress(title: Text, total: number, { onProgress }: Surroundings): ManyProgress {
  const began = performance.now();
  const counts = { begun: 0, ended: 0, failed: 0 };
  const id = 'many';
  const tell = (state: 'start' | 'update' | 'done' | 'failed'): void => {
    const { begun, ended, failed } = counts;
    const under = begun - ended;
    onProgress({
      id,
      state,
      title,
      detail: text(
        `${ended - failed} of ${total} done${failed === 0 ? '' : `, ${failed} failed`}${under === 0 ? '' : `, ${under} under way`}`,
        `${total}개 중 ${ended - failed}개 완료${failed === 0 ? '' : `, ${failed}개 실패`}${under === 0 ? '' : `, ${under}개 진행 중`}`,
      ),
      ...(state === 'start' ? {} : { elapsedMs: performance.now() - began }),
    });
  };
  tell('start');
  return {
    begin() {
      counts.begun += 1;
      tell('update');
    },
    waits(name) {
      onProgress({
        id: `testbed:${name}`,
        state: 'skipped',
        title: verbatim(name),
        detail: text('another run works on it; its end is awaited', '다른 실행이 작업 중이어서 끝나기를 기다립니다'),
      });
    },
    end(name, state, elapsedMs, words) {
      counts.ended += 1;
      if (state === 'failed') counts.failed += 1;
      onProgress({
        id: `testbed:${name}`,
        state,
        title: verbatim(name),
        index: counts.ended,
        total,
        elapsedMs,
        ...(words === undefined ? {} : { detail: words }),
      });
      tell('update');
    },
    close() {
      tell(counts.failed > 0 || counts.ended < total ? 'failed' : 'done');
    },
  };
}

/** The failure of a call for many of which not all are done: names those that are not, and how to go on. */
export function notAllDone(
  items: readonly ManyItem<unknown>[],
  goOn: Text,
  signal: Pick<AbortSignal, 'aborted'>,
): TestbedError | undefined {
  const open = items.filter(({ state }) => state !== 'done');
  if (open.length === 0) return undefined;
  const lines = open.slice(0, NAMED).map(({ name, state, error }): Text => {
    const code = error === undefined ? '' : ` (${error.code})`;
    const words = STATE_WORDS[state];
    return text(
      `${name}: ${words.en}${code}${error === undefined ? '' : `: ${error.message.en}`}`,
      `${name}: ${words.ko}${code}${error === undefined ? '' : `: ${error.message.ko}`}`,
    );
  });
  const more = open.length - lines.length;
  return new TestbedError(
    signal.aborted ? 'Interrupted' : 'NotAllDone',
    text(
      `${open.length} of ${items.length} testbeds are not done`,
      `테스트베드 ${items.length}개 중 ${open.length}개가 완료되지 않았습니다`,
    ),
    {
      details: more > 0 ? [...lines, text(`and ${more} more`, `그 밖에 ${more}개`)] : lines,
      hint: goOn,
    },
  );
}

/** More than this are counted, not named; `--output json` has them all. */
const NAMED = 20;

export const STATE_WORDS: Readonly<Record<ManyItem<unknown>['state'], Text>> = {
  done: text('done', '완료'),
  failed: text('failed', '실패'),
  'half-made': text('half-made', '중단됨'),
  'not-begun': text('not begun', '시작 안 함'),
};
