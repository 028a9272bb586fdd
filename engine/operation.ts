import { TestbedError, isNoSpace, isTestbedError, reasonOf, text, verbatim } from '../errors';
import type { Claim } from './claims/held-claim';
import { runCli } from './cli-run';
import type { Report } from './events';
import { refuseIfAborted } from './interrupted';
import { layOutState, readLocalState, stackFilePath } from './local-state';
import { holdState, readPublished, statePlace, type HeldState } from './published-state';
import type { RunnerPool } from './runner-pool';
import { emptyState, headOf, withoutPending } from './state';
import type { OperationRequest, OperationResult } from './types';
import { makeWorkDirectory, type WorkDirectory } from './work-directory';

type Outcome = Omit<OperationResult, 'kind' | 'elapsedMs'>;

const NOTHING: Outcome = { changes: [], counts: {}, outputs: {}, warnings: [] };

/**
 * Runs one operation on a copy of the published state, in a directory of its own, and publishes what became of it under the claim: also after a failure, for then
 * the copy tells what was done until then. What a killed CLI never wrote is found again by its marks at the next run. Without a claim nothing is published.
 */
export async function operateOnCopy(
  pool: RunnerPool,
  request: OperationRequest,
  claim: Claim | undefined,
  provider: string | undefined,
): Promise<Outcome> {
  const { kind, stack } = request;
  const signal = eitherOf(request.signal, claim?.lost);
  refuseIfAborted(signal);
  try {
    const held = claim === undefined ? undefined : await holdState(claim, stack);
    const found = held === undefined ? (await readPublished(stack))?.content : held.content;
    if (found === undefined && (kind === 'down' || kind === 'drift' || kind === 'repair')) return NOTHING;
    const content = mended(found ?? emptyState(stack.name, stack.dataKey), request);
    const { sealedKey } = headOf(stack.name, content, statePlace(stack));
    await beforehand(request, signal);
    const work = makeWorkDirectory();
    try {
      layOutState(work.state, stack.name, content);
      const run = {
        ...request,
        ...(signal === undefined ? {} : { signal }),
        ...(claim === undefined ? {} : { claim }),
      };
      const call = (): Promise<Report> => runCli(pool, run, { work, sealedKey, provider });
      const report = await (held === undefined ? call() : published(call, held, { request, work, content }));
      const { changes, counts, outputs, warnings, repaired } = report;
      return { changes, counts, outputs, warnings, ...(repaired === undefined ? {} : { repaired }) };
    } finally {
      work.remove();
    }
  } catch (error) {
    // It was interrupted because another run has the stack now: that is the reason to tell.
    if (claim?.lost.aborted === true && !isTestbedError(error, 'ClaimLost')) throw claim.lost.reason;
    throw error;
  }
}

interface Copy {
  readonly request: OperationRequest;
  readonly work: WorkDirectory;
  /** As it was laid out. */
  readonly content: string;
}

async function published(call: () => Promise<Report>, held: HeldState, copy: Copy): Promise<Report> {
  let report: Report;
  try {
    report = await call();
  } catch (error) {
    throw withUnrecorded(error, await publishPart(held, copy), copy.request);
  }
  if (copy.request.kind === 'down') await held.end();
  else await publishWhole(held, copy);
  return report;
}

async function publishWhole(held: HeldState, { request, work, content }: Copy): Promise<void> {
  const { name } = request.stack;
  const after = readLocalState(work.state, name);
  headOf(name, after, stackFilePath(work.state, name));
  if (after !== content) await held.publish(after);
}

/**
 * What a failed run recorded; a part of a state, as a full disk leaves it, is none: then the published one stays. Answers with why it could not be published: the first
 * failure is the one to tell, unless all of it is another run's by now.
 */
async function publishPart(held: HeldState, copy: Copy): Promise<unknown> {
  try {
    await publishWhole(held, copy);
    return undefined;
  } catch (error) {
    if (isTestbedError(error, 'ClaimLost')) throw error;
    return error;
  }
}

/**
 * The failure of a run, and in its details why it could not even be recorded how far it came. A full disk is told once: the part of a state that it left in the copy is its
 * doing too.
 */
function withUnrecorded(failure: unknown, unrecorded: unknown, { onEvent }: OperationRequest): unknown {
  if (unrecorded === undefined) return failure;
  if (isNoSpace(failure) && (isNoSpace(unrecorded) || isTestbedError(unrecorded, 'StateUnreadable'))) return failure;
  const why = isTestbedError(unrecorded) ? unrecorded.text : verbatim(reasonOf(unrecorded));
  const detail = text(
    `what was done until then could not be recorded: ${why.en}; the next run takes it up by its marks`,
    `그때까지 한 작업을 기록하지 못했습니다: ${why.ko}. 다음 실행이 표시를 보고 이어받습니다`,
  );
  if (!isTestbedError(failure)) {
    onEvent?.({ type: 'diagnostic', severity: 'warning', message: detail.en });
    return failure;
  }
  return new TestbedError(failure.code, failure.text, {
    details: [...failure.details, detail],
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    cause: failure,
  });
}

function mended(content: string, { stack }: OperationRequest): string {
  const { pendingOperations } = headOf(stack.name, content, statePlace(stack));
  return pendingOperations === 0 ? content : withoutPending(content);
}

async function beforehand({ beforehand: work }: OperationRequest, signal: AbortSignal | undefined): Promise<void> {
  try {
    await work?.();
  } catch (error) {
    refuseIfAborted(signal);
    throw error;
  }
}

function eitherOf(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return AbortSignal.any([one, other]);
}
