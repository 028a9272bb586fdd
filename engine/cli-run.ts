import { TestbedError, text } from '../errors';
import { startCli, type CliExit, type CliProcess } from './cli-process';
import type { Report } from './events';
import { failureOf } from './failure';
import { interrupted, refuseIfAborted } from './interrupted';
import { openKeyService, type KeyService } from './key-service';
import { statePlace } from './published-state';
import type { Runner } from './runner';
import type { HostRequest } from './runner-messages';
import type { RunnerPool } from './runner-pool';
import { keyFor } from './sealing';
import { stateUnreadable } from './state';
import { openStateKey } from './state-key';
import type { OperationRequest, StackReference } from './types';
import { layOutVendorPlugin } from './vendor-plugin';
import type { WorkDirectory } from './work-directory';
import { openWritePermits, type WritePermits } from './write-permits';

const DEFAULT_READINESS_SECONDS = 300;

/** What generated passwords come from: a re-run after a lost state makes the same ones. */
const PROGRAM_SEED = 'testbed program seed 1';

/** What an operation runs with. */
export interface Provision {
  readonly work: WorkDirectory;
  readonly sealedKey: string | undefined;
  readonly provider: string | undefined;
}

/**
 * Runs the engine's CLI on the copy of a state that lies in the operation's work directory. Whatever becomes of it, its process has ended when this returns or
 * throws, and the copy holds what it wrote.
 */
export async function runCli(
  pool: RunnerPool,
  request: OperationRequest,
  { work, sealedKey, provider }: Provision,
): Promise<Report> {
  const { kind, stack, signal } = request;
  const runner = await pool.take();
  let keys: KeyService | undefined;
  const permits = permitsOf(request);
  let cli: CliProcess | undefined;
  let hosted = false;
  const onAbort = (): void => {
    runner.cancel();
    cli?.cancel();
  };
  try {
    refuseIfAborted(signal);
    if (sealedKey !== undefined) keys = await keyServiceOf(stack, sealedKey);
    const ports = await runner.host(hostRequest(request, provider, permits), (event) => request.onEvent?.(event));
    hosted = true;
    refuseIfAborted(signal);
    const plugin = await vendorOf(request, work);
    refuseIfAborted(signal);
    cli = startCli({
      pulumi: request.pulumi,
      kind,
      stack: stack.name,
      ports,
      work,
      secrets: keys?.environment ?? { PULUMI_CONFIG_PASSPHRASE: stack.dataKey },
      ...(plugin === undefined ? {} : { plugin }),
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
    const failure = failureOf({ name: stack.name, place: statePlace(stack) }, report, exit);
    if (signal?.aborted === true) throw interrupted(failure);
    throw failure;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Whatever went wrong, no process of ours goes on behind the caller's back, and no port stays open in the runner.
    cli?.kill();
    keys?.close();
    permits?.close();
    if (hosted) await runner.finish().catch(() => undefined);
    await pool.give(runner);
  }
}

/** The vendor's provider reads how to reach the cluster when it starts: so that is waited for. */
async function vendorOf(
  { vendorPlugin, connection }: OperationRequest,
  work: WorkDirectory,
): Promise<Readonly<Record<string, string>> | undefined> {
  return vendorPlugin === undefined ? undefined : layOutVendorPlugin(work, vendorPlugin, await connection);
}

/** Opens the key that the state holds, before anything is started. Throws StateUnreadable when the stack's data key is not the one that sealed it. */
async function keyServiceOf(stack: StackReference, ciphertext: string): Promise<KeyService> {
  let key: Buffer;
  try {
    key = openStateKey(stack.name, stack.dataKey, ciphertext);
  } catch (cause) {
    throw stateUnreadable(statePlace(stack), cause);
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

function permitsOf({ claim, asksBeforeWriting }: OperationRequest): WritePermits | undefined {
  return claim === undefined || asksBeforeWriting !== true ? undefined : openWritePermits(() => claim.verify());
}

function hostRequest(
  request: OperationRequest,
  provider: string | undefined,
  permits: WritePermits | undefined,
): HostRequest {
  const { kind, program, previewNamespace, clusterUid, repair, waitFor = 'ready' } = request;
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
    ...(permits === undefined ? {} : { permits: permits.port }),
    ...(kind === 'repair' ? { repair: repair ?? [] } : {}),
    ...(provider === undefined ? {} : { provider }),
    ...(request.vendorPlugin === undefined ? {} : { vendor: true }),
  };
}

function runsProgram({ kind }: OperationRequest): boolean {
  return kind === 'up' || kind === 'preview';
}
