import { isMainThread, parentPort } from 'node:worker_threads';
import { isTestbedError, reasonOf } from '../errors';
import { createHosting, type Hosting } from './hosting';
import { encodeProviderError } from './provider-errors';
import type { FromRunner, HostRequest, ToRunner } from './runner-messages';

// Entry of a runner's thread: hosts one operation at a time.
if (isMainThread || parentPort === null) throw new Error('runner-main is the entry of a thread');
const port = parentPort;
const post = (message: FromRunner): void => port.postMessage(message);

let hosting: Promise<Hosting> | undefined;

async function begin(request: HostRequest): Promise<void> {
  hosting = createHosting(request, post);
  await hosting;
}

async function finish(): Promise<void> {
  const finished = await (await hosting)?.finish();
  hosting = undefined;
  if (finished !== undefined) post(finished);
}

async function warm(provider: string | undefined): Promise<void> {
  const [{ loadSdk }, { loadProvider }] = await Promise.all([
    import('./program-host.js'),
    import('./provider-host.js'),
    import('./grpc-host.js'),
    import('./event-service.js'),
  ]);
  loadSdk();
  loadProvider(provider);
  post({ type: 'warmed' });
}

function handle(message: ToRunner): Promise<void> {
  switch (message.type) {
    case 'warm':
      return warm(message.provider);
    case 'host':
      return begin(message);
    case 'cancel':
      return Promise.resolve(hosting).then((current) => current?.cancel());
    case 'finish':
      return finish();
  }
}

port.on('message', (message: ToRunner) => {
  handle(message).catch((error: unknown) =>
    post({ type: 'failed', message: isTestbedError(error) ? encodeProviderError(error) : reasonOf(error) }),
  );
});
