import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { isTestbedError, reasonOf, text, TestbedError } from '../errors';
import type { KubernetesClient } from '../kubernetes/types';
import { decodeProviderError, encodeProviderError } from './provider-errors';

/*
 * An administrator's identity has no token that somebody else could end. Its provider asks before each writing whether the claim is still held; the claim is in the
 * main thread, the provider in its runner. Between the answer and the writing it may be stopped: unlike a token's end this is no fence, but a narrow gap.
 */
type Answer = { readonly refusal?: string };

export interface WritePermits {
  /** For the runner; to be transferred. */
  readonly port: MessagePort;
  close(): void;
}

/** Answers each question by `verify`, whose error is the refusal. */
export function openWritePermits(verify: () => Promise<void>): WritePermits {
  const { port1, port2 } = new MessageChannel();
  const answer = (one: Answer): void => port1.postMessage(one);
  port1.on('message', () => {
    verify().then(
      () => answer({}),
      (error: unknown) => answer({ refusal: isTestbedError(error) ? encodeProviderError(error) : reasonOf(error) }),
    );
  });
  port1.unref();
  return { port: port2, close: () => port1.close() };
}

/** The client, but each writing that is no dry run waits for its permit and is refused without. */
export function permittedClient(client: KubernetesClient, port: MessagePort): KubernetesClient {
  // Answers come in the order of the questions: each is one reading of the same claim.
  const waiting: PromiseWithResolvers<void>[] = [];
  port.on('message', ({ refusal }: Answer) => {
    const next = waiting.shift();
    if (refusal === undefined) next?.resolve();
    else next?.reject(refused(refusal));
  });
  const permit = async (options?: { readonly dryRun?: boolean }): Promise<void> => {
    if (options?.dryRun === true) return;
    const question = Promise.withResolvers<void>();
    waiting.push(question);
    port.postMessage('write');
    await question.promise;
  };
  return {
    connection: client.connection,
    takeWarnings: () => client.takeWarnings(),
    get: (reference, signal) => client.get(reference, signal),
    list: (apiVersion, kind, options) => client.list(apiVersion, kind, options),
    watch: (apiVersion, kind, options) => client.watch(apiVersion, kind, options),
    resource: (apiVersion, kind) => client.resource(apiVersion, kind),
    resources: () => client.resources(),
    async create(object, options) {
      await permit(options);
      return client.create(object, options);
    },
    async apply(object, options) {
      await permit(options);
      return client.apply(object, options);
    },
    async mergePatch(reference, patch, options) {
      await permit(options);
      return client.mergePatch(reference, patch, options);
    },
    async delete(reference, options) {
      await permit(options);
      return client.delete(reference, options);
    },
    async raw(method, path, options) {
      if (method !== 'GET') await permit();
      return client.raw(method, path, options);
    },
    async close() {
      port.close();
      await client.close();
    },
  };
}

function refused(words: string): TestbedError {
  return decodeProviderError(words) ?? new TestbedError('EngineFailed', text(words, words));
}
