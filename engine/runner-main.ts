import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { isMainThread, parentPort } from 'node:worker_threads';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { isTestbedError, reasonOf } from '../errors';
import type { ClusterConnection } from '../kubernetes/types';
import { packageRoot } from '../package/root';
import { createHosting, type Hosting } from './hosting';
import { encodeProviderError } from './provider-errors';
import type { FromRunner, HostRequest, ToRunner } from './runner-messages';

// Entry of a runner's thread: hosts one operation at a time.
if (isMainThread || parentPort === null) throw new Error('runner-main is the entry of a thread');
const port = parentPort;
// The SDK is 800 modules: compiled code kept from the last thread saves a third of the start.
enableCompileCache(join(packageRoot(), '.build', 'compile-cache'));
const post = (message: FromRunner): void => port.postMessage(message);

// The SDK writes down where each of its hundreds of promises was made, for nobody here: a tenth of a program's time.
Error.stackTraceLimit = 0;

/** How long the release of what a program left may hold up the end of the thread, in milliseconds. */
const ABANDON_MS = 1000;

// A program that calls process.exit means itself, not the operations after it, and the thread must end in order (see `end`).
const exitThread = process.exit.bind(process);
Reflect.set(process, 'exit', (code?: number) => {
  throw new Error(`the program called process.exit(${code ?? ''})`);
});

// While a program runs, the SDK takes what it throws out of reach and fails the program by it. Whatever comes otherwise ends the thread.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  post({ type: 'failed', message: `the runner's thread died: ${reasonOf(error)}` });
  void end();
});

let hosting: Promise<Hosting> | undefined;

async function begin(request: HostRequest): Promise<void> {
  hosting = createHosting(request, post);
  await hosting;
}

/** Without a seed: which secrets a program makes is nobody's business before it runs. */
async function rehearseOnce({ program, stack }: Extract<ToRunner, { type: 'rehearse' }>): Promise<void> {
  try {
    const { rehearse } = await import('./rehearsal.js');
    post({ type: 'rehearsed', resources: await rehearse({ program, project: PULUMI_PROJECT, stack }) });
  } catch (error) {
    post({ type: 'not-rehearsed', message: isTestbedError(error) ? encodeProviderError(error) : reasonOf(error) });
  }
}

async function open(connection: ClusterConnection): Promise<void> {
  (await hosting)?.open(connection);
}

async function finish(): Promise<void> {
  const finished = await (await hosting)?.finish();
  hosting = undefined;
  if (finished === undefined) return;
  post(finished);
  flushCompileCache();
}

/** Nothing of HTTP/2 may be alive when the thread ends: Node aborts the whole process when data arrives for a dying thread. */
async function end(): Promise<void> {
  await Promise.race([abandon(), delay(ABANDON_MS)]);
  await nextTurn();
  exitThread(0);
}

async function abandon(): Promise<void> {
  // What failed to open was told already.
  const current = await hosting?.catch(() => undefined);
  await current?.abandon();
}

async function warm(provider: string | undefined): Promise<void> {
  const [{ loadSdk }, { loadProvider }] = await Promise.all([
    import('./program-host.js'),
    import('./provider-host.js'),
    import('./grpc-host.js'),
    import('./event-service.js'),
    import('./rehearsal.js'),
  ]);
  loadSdk();
  loadProvider(provider);
  post({ type: 'warmed' });
  flushCompileCache();
}

function handle(message: ToRunner): Promise<void> {
  switch (message.type) {
    case 'warm':
      return warm(message.provider);
    case 'host':
      return begin(message);
    case 'rehearse':
      return rehearseOnce(message);
    case 'open':
      return open(message.connection);
    case 'cancel':
      return Promise.resolve(hosting).then((current) => current?.cancel());
    case 'finish':
      return finish();
    case 'end':
      return end();
  }
}

port.on('message', (message: ToRunner) => {
  handle(message).catch((error: unknown) =>
    post({ type: 'failed', message: isTestbedError(error) ? encodeProviderError(error) : reasonOf(error) }),
  );
});
