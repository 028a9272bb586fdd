import { availableParallelism } from 'node:os';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError, text } from '../errors';
import { startCli, type CliExit, type CliProcess } from './cli-process';
import type { Report } from './events';
import { failureOf } from './failure';
import { openKeyService, type KeyService } from './key-service';
import { mendState, withStateKept } from './kept-state';
import { lockStack } from './operation-lock';
import type { Runner } from './runner';
import type { HostRequest } from './runner-messages';
import { createRunnerPool, type RunnerPool } from './runner-pool';
import { keyFor } from './sealing';
import { requireStackName } from './stack-name';
import {
  createStack,
  endStack,
  pruneHistory,
  readStack,
  stackFilePath,
  stateUnreadable,
  type StackState,
} from './state';
import { openStateKey } from './state-key';
import type { Engine, OperationRequest, OperationResult, StackReference } from './types';
import { makeWorkDirectory, sweepWorkDirectories, type WorkDirectory } from './work-directory';

const DEFAULT_READINESS_SECONDS = 300;
/** Operations in flight at once by default: a CLI process needs about 100 MB and, while it works, one core. */
const MAX_RUNNERS = 4;

/** What generated passwords come from: a re-run after a lost state makes the same ones. */
const PROGRAM_SEED = 'testbed program seed 1';

const NOTHING: Omit<OperationResult, 'kind' | 'elapsedMs'> = { changes: [], counts: {}, outputs: {}, warnings: [] };

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
      const changes = request.kind === 'up' || request.kind === 'down';
      const lock = changes ? await lockStack(request.stack, request.kind) : undefined;
      try {
        const result = await operate(pool, request, options.provider);
        return { ...result, kind: request.kind, elapsedMs: Math.round(performance.now() - begin) };
      } finally {
        lock?.release();
      }
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

async function operate(
  pool: RunnerPool,
  request: OperationRequest,
  provider: string | undefined,
): Promise<typeof NOTHING> {
  const { kind, stack, signal } = request;
  refuseIfAborted(signal);
  const changes = kind === 'up' || kind === 'down';
  if (changes) mendState(stack);
  const found = readStack(stack);
  const present = found !== undefined;
  if (!present && (kind === 'down' || kind === 'drift')) return NOTHING;
  await beforehand(request);
  const work = makeWorkDirectory();
  try {
    const own = present || kind !== 'preview' ? stack : aside(stack, work);
    const sealedKey = (found ?? made(own))?.sealedKey;
    const call = (): Promise<Report> => runCli(pool, { ...request, stack: own }, { work, sealedKey, provider });
    const report = await (changes ? withStateKept(stack, call) : call());
    if (kind === 'down') endStack(stack);
    else if (kind === 'up') pruneHistory(stack);
    return { changes: report.changes, counts: report.counts, outputs: report.outputs, warnings: report.warnings };
  } finally {
    work.remove();
  }
}

async function beforehand({ beforehand: work, signal }: OperationRequest): Promise<void> {
  try {
    await work?.();
  } catch (error) {
    refuseIfAborted(signal);
    throw error;
  }
}

function made(stack: StackReference): StackState | undefined {
  createStack(stack);
  return readStack(stack);
}

/** A preview of a stack that does not exist yet leaves nothing behind. */
function aside(stack: StackReference, work: WorkDirectory): StackReference {
  const stateDirectory = join(work.path, 'state');
  mkdirSync(stateDirectory, { mode: 0o700 });
  return { ...stack, stateDirectory };
}

/** What an operation runs with. */
interface Provision {
  readonly work: WorkDirectory;
  readonly sealedKey: string | undefined;
  readonly provider: string | undefined;
}

async function runCli(
  pool: RunnerPool,
  request: OperationRequest,
  { work, sealedKey, provider }: Provision,
): Promise<Report> {
  const { kind, stack, signal } = request;
  const runner = await pool.take();
  let keys: KeyService | undefined;
  let cli: CliProcess | undefined;
  let hosted = false;
  const onAbort = (): void => {
    runner.cancel();
    cli?.cancel();
  };
  try {
    refuseIfAborted(signal);
    if (sealedKey !== undefined) keys = await keyServiceOf(stack, sealedKey);
    const ports = await runner.host(hostRequest(request, provider), (event) => request.onEvent?.(event));
    hosted = true;
    refuseIfAborted(signal);
    cli = startCli({
      pulumi: request.pulumi,
      kind,
      stack,
      ports,
      work,
      secrets: keys?.environment ?? { PULUMI_CONFIG_PASSPHRASE: stack.dataKey },
    });
    signal?.addEventListener('abort', onAbort);
    const ended = endOf(cli, runner);
    // The CLI may end first; why, is told below.
    const connection = await Promise.race([request.connection, ended.then(() => undefined)]);
    if (connection !== undefined) runner.open(connection);
    const { exit, broken } = await ended;
    hosted = false;
    const report = broken === undefined ? (await runner.finish()).report : undefined;
    if (exit.code === 0 && report?.complete === true) return report;
    if (broken !== undefined) throw broken;
    const failure = failureOf(stack, report, exit);
    if (signal?.aborted === true) throw interrupted(failure);
    throw failure;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Whatever went wrong, no process of ours goes on behind the caller's back, and no port stays open in the runner.
    cli?.kill();
    keys?.close();
    if (hosted) await runner.finish().catch(() => undefined);
    await pool.give(runner);
  }
}

/** Opens the key that the state holds, before anything is started. Throws StateUnreadable when the stack's data key is not the one that sealed it. */
async function keyServiceOf(stack: StackReference, ciphertext: string): Promise<KeyService> {
  let key: Buffer;
  try {
    key = openStateKey(stack.name, stack.dataKey, ciphertext);
  } catch (cause) {
    throw stateUnreadable(stackFilePath(stack), cause);
  }
  return openKeyService({ stack: stack.name, ciphertext, key });
}

/** Waits for the CLI; when its runner breaks it has lost its program or provider and is asked to stop. */
async function endOf(
  cli: CliProcess,
  runner: Runner,
): Promise<{ readonly exit: CliExit; readonly broken: TestbedError | undefined }> {
  let broken: TestbedError | undefined;
  void runner.broken.then((error) => {
    broken = error;
    cli.cancel();
  });
  return { exit: await cli.ended, broken };
}

function hostRequest(request: OperationRequest, provider: string | undefined): HostRequest {
  const { kind, program, previewNamespace, clusterUid, waitFor = 'ready' } = request;
  const runs = runsProgram(request);
  if (runs && program === undefined)
    throw new TestbedError('InternalError', text(`'${kind}' needs a program`, `'${kind}'에는 프로그램이 필요합니다`));
  return {
    type: 'host',
    kind,
    stack: request.stack.name,
    waitFor,
    readinessTimeoutSeconds: request.readinessTimeoutSeconds ?? DEFAULT_READINESS_SECONDS,
    ...(runs && program !== undefined
      ? { program, seed: keyFor(PROGRAM_SEED, request.stack.dataKey).toString('base64') }
      : {}),
    ...(previewNamespace === undefined ? {} : { previewNamespace }),
    ...(clusterUid === undefined ? {} : { clusterUid }),
    ...(provider === undefined ? {} : { provider }),
  };
}

function runsProgram({ kind }: OperationRequest): boolean {
  return kind === 'up' || kind === 'preview';
}

function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interrupted(undefined);
}

function interrupted(cause: TestbedError | undefined): TestbedError {
  return new TestbedError('Interrupted', text('the operation was interrupted', '작업이 중단되었습니다'), {
    ...(cause === undefined ? {} : { cause }),
    hint: text(
      'run the same command again: it takes up what was left',
      '같은 명령을 다시 실행하면 남은 작업을 이어서 처리합니다',
    ),
  });
}
