import { Worker } from 'node:worker_threads';
import { TestbedError, text } from '../errors';
import type { ClusterConnection } from '../kubernetes/types';
import { built } from './entry';
import { decodeProviderError } from './provider-errors';
import type { Finished, FromRunner, HostRequest, Ports, ToRunner } from './runner-messages';
import type { EngineEvent, PlannedResource, RehearsalRequest } from './types';

/** A runner is replaced after this many operations, or when its heap is larger: every hosted program leaves something behind. */
const MAX_OPERATIONS = 50;
const MAX_HEAP_BYTES = 400 * 1024 * 1024;
/** A thread that was told to end has this long, in milliseconds; then it is ended by force. */
const END_MS = 5000;
/** Hard bound of a thread's heap, in MiB: beyond it the thread ends, not the process. */
const HEAP_LIMIT_MIB = 1024;
/** Of that for what is young. The default lets it grow to 48 MiB, none of which an operation needs at a time; half of that costs no processor time. */
const YOUNG_LIMIT_MIB = 24;

/** A thread that hosts one operation at a time. */
export interface Runner {
  /** Imports what programs need. */
  warm(provider?: string): Promise<void>;
  /** Opens the operation's ports; what the CLI asks there waits for `open`. */
  host(request: HostRequest, onEvent: (event: EngineEvent) => void): Promise<Ports>;
  /** What the program would register. */
  rehearse(request: RehearsalRequest): Promise<readonly PlannedResource[]>;
  open(connection: ClusterConnection): void;
  /** Settles only when the hosted operation cannot go on: the thread died, or its program or provider did not load. */
  readonly broken: Promise<TestbedError>;
  cancel(): void;
  /** After the CLI's end. */
  finish(): Promise<Finished>;
  /** Whether it can take another operation. */
  fit(): boolean;
  close(): Promise<void>;
}

export function startRunner(): Runner {
  const worker = new Worker(built('engine/runner-main'), {
    // The thread sees nothing of the caller's environment: programs must not depend on it.
    env: { PATH: '/usr/bin:/bin' },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MIB, maxYoungGenerationSizeMb: YOUNG_LIMIT_MIB },
  });
  // Programs have no terminal: what they print is not for people and may hold values.
  worker.stdout.resume();
  worker.stderr.resume();

  const broken = Promise.withResolvers<TestbedError>();
  const warmed = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let hosted: PromiseWithResolvers<Ports> | undefined;
  let finished: PromiseWithResolvers<Finished> | undefined;
  let rehearsed: PromiseWithResolvers<readonly PlannedResource[]> | undefined;
  let onEvent: (event: EngineEvent) => void = () => undefined;
  let operations = 0;
  let heapBytes = 0;
  let alive = true;
  let over = false;
  let spent = false;

  const breakWith = (error: TestbedError): void => {
    alive = false;
    broken.resolve(error);
    warmed.reject(error);
    hosted?.reject(error);
    finished?.reject(error);
    rehearsed?.reject(error);
  };
  // Nobody may be waiting at the moment of a break; whoever comes later still sees it.
  warmed.promise.catch(() => undefined);

  const onMessage = (message: FromRunner): void => {
    switch (message.type) {
      case 'warmed':
        warmed.resolve();
        break;
      case 'ports':
        hosted?.resolve(message.ports);
        break;
      case 'event':
        onEvent(message.event);
        break;
      case 'finished':
        heapBytes = message.heapBytes;
        finished?.resolve(message);
        break;
      case 'rehearsed':
        rehearsed?.resolve(message.resources);
        break;
      case 'not-rehearsed':
        // Something of the program may still be on its way and would meet the next operation.
        spent = true;
        rehearsed?.reject(cannotHost(message.message));
        break;
      case 'failed':
        breakWith(cannotHost(message.message));
        break;
    }
  };
  worker.on('message', onMessage);
  worker.on('error', (cause) => breakWith(threadDied(cause)));
  worker.on('exit', (code) => {
    over = true;
    ended.resolve();
    breakWith(threadDied(new Error(`it ended with ${code}`)));
  });
  const send = (message: ToRunner): void => worker.postMessage(message);

  return {
    broken: broken.promise,
    warm(provider) {
      send({ type: 'warm', ...(provider === undefined ? {} : { provider }) });
      return warmed.promise;
    },
    async host(request, listener) {
      operations++;
      onEvent = listener;
      hosted = Promise.withResolvers();
      worker.postMessage(request, request.permits === undefined ? [] : [request.permits]);
      return hosted.promise;
    },
    async rehearse({ program, stack }) {
      if (!alive) throw await broken.promise;
      rehearsed = Promise.withResolvers();
      send({ type: 'rehearse', program, stack });
      return rehearsed.promise;
    },
    open: (connection) => send({ type: 'open', connection }),
    cancel: () => send({ type: 'cancel' }),
    async finish() {
      finished = Promise.withResolvers();
      if (!alive) finished.reject(await broken.promise);
      else send({ type: 'finish' });
      try {
        return await finished.promise;
      } finally {
        onEvent = () => undefined;
      }
    },
    fit: () => alive && !spent && operations < MAX_OPERATIONS && heapBytes < MAX_HEAP_BYTES,
    async close() {
      if (!alive && over) return;
      alive = false;
      send({ type: 'end' });
      const late = setTimeout(() => void worker.terminate(), END_MS);
      await ended.promise;
      clearTimeout(late);
    },
  };
}

function cannotHost(reason: string): TestbedError {
  const carried = decodeProviderError(reason);
  if (carried !== undefined) return carried;
  return new TestbedError(
    'EngineFailed',
    text(`the engine cannot go on: ${reason}`, `엔진이 작업을 계속할 수 없습니다: ${reason}`),
  );
}

function threadDied(cause: Error): TestbedError {
  const heap = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return new TestbedError(
    'EngineFailed',
    heap
      ? text(
          `the program needed more than ${HEAP_LIMIT_MIB} MiB of memory`,
          `프로그램이 ${HEAP_LIMIT_MIB}MiB가 넘는 메모리를 요구했습니다`,
        )
      : text(`the runner's thread died: ${cause.message}`, `프로그램의 스레드가 죽었습니다: ${cause.message}`),
    { cause },
  );
}
