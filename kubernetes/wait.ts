import { setTimeout as pause } from 'node:timers/promises';
import { TestbedError, text, type Text } from '../errors';
import { diagnose } from './diagnosis';
import { diagnoseEnd } from './end-diagnosis';
import { KubernetesCallError } from './failures';
import { readiness, type Readiness } from './readiness';
import type { KubernetesClient, KubernetesObject, ObjectReference, WatchEvent } from './types';
import { nameOf } from './wording';

export interface WaitOptions {
  /** Default 300. */
  readonly timeoutSeconds?: number;
  /** How long the server may be out of reach at a stretch: a restart is waited for, a server that is gone is not. Default 60. */
  readonly unreachableSeconds?: number;
  readonly signal?: AbortSignal;
}

export interface WaitReadyOptions extends WaitOptions {
  /** Told what is still missing, whenever that changes. */
  readonly onStatus?: (reason: Text) => void;
  /** When it is ready. Default: what its kind means by that (readiness.ts). */
  readonly judge?: (object: KubernetesObject) => Readiness;
}

const TIMEOUT_SECONDS = 300;
/** After so long the object is looked at again, whatever its watch says: something between may have swallowed a change. */
const LOOKS_AGAIN_SECONDS = 30;
const UNREACHABLE_SECONDS = 60;
/** Between two watches: those that end at once (a restarting server) must not become a busy loop. */
const REST_MS = 250;

/**
 * Waits until an object is ready and returns it as it was then.
 * Throws NotReady with the real reason when time is out, when it can't get ready any more, or when it is deleted meanwhile; the signal's reason when aborted;
 * KubernetesRefused when it may not be watched; KubernetesUnreachable when the server stays out of reach for `unreachableSeconds`.
 */
export async function waitReady(
  client: KubernetesClient,
  reference: ObjectReference,
  options: WaitReadyOptions = {},
): Promise<KubernetesObject> {
  const { timeoutSeconds: seconds = TIMEOUT_SECONDS, judge = readiness } = options;
  const target = nameOf(reference);
  let latest: KubernetesObject | undefined;
  let told: string | undefined;
  for await (const event of following(client, reference, undefined, seconds, options)) {
    if (event.type === 'BOOKMARK') continue;
    if (event.type === 'DELETED')
      throw new TestbedError(
        'NotReady',
        text(
          `${target.en} was deleted while it was waited for`,
          `준비를 기다리는 동안 ${target.ko}이(가) 삭제되었습니다`,
        ),
      );
    latest = event.object;
    const now = judge(latest);
    if (now.state === 'ready') return latest;
    if (now.state === 'failed') throw await notReady(client, latest, now.reason, undefined);
    if (now.reason.en !== told) options.onStatus?.(now.reason);
    told = now.reason.en;
  }
  if (latest === undefined)
    throw new TestbedError(
      'NotReady',
      text(
        `${target.en} did not come into being within ${seconds} s`,
        `${target.ko}이(가) ${seconds}초 안에 만들어지지 않았습니다`,
      ),
    );
  const last = judge(latest);
  throw await notReady(client, latest, last.state === 'ready' ? text('', '') : last.reason, seconds);
}

async function notReady(
  client: KubernetesClient,
  object: KubernetesObject,
  reason: Text,
  seconds: number | undefined,
): Promise<TestbedError> {
  const target = nameOf({ ...object, ...object.metadata });
  const [first, ...more] = await diagnose(client, object);
  const real = first ?? reason;
  const words =
    seconds === undefined
      ? text(`${target.en} cannot get ready: ${real.en}`, `${target.ko}이(가) 준비될 수 없습니다: ${real.ko}`)
      : text(
          `${target.en} did not get ready within ${seconds} s: ${real.en}`,
          `${target.ko}이(가) ${seconds}초 안에 준비되지 않았습니다: ${real.ko}`,
        );
  return new TestbedError('NotReady', words, { details: first === undefined ? [] : [reason, ...more] });
}

/**
 * Waits until an object is gone; with `uid`, until that one is gone, whether or not another of its name has come.
 * Throws NotReady that names what still holds it (end-diagnosis.ts) when time is out; else as waitReady.
 */
export async function waitGone(
  client: KubernetesClient,
  reference: ObjectReference,
  options: WaitOptions & { readonly uid?: string } = {},
): Promise<void> {
  const seconds = options.timeoutSeconds ?? TIMEOUT_SECONDS;
  const { uid, signal } = options;
  let latest = await client.get(reference, signal);
  const isGone = (): boolean => latest === undefined || (uid !== undefined && latest.metadata.uid !== uid);
  if (isGone()) return;
  const start = latest?.metadata.resourceVersion;
  for await (const event of following(client, reference, start, seconds, options)) {
    if (event.type === 'BOOKMARK') continue;
    latest = event.type === 'DELETED' ? undefined : event.object;
    if (isGone()) return;
  }
  // The end may have come between two watches.
  latest = await client.get(reference);
  if (latest === undefined || isGone()) return;
  const target = nameOf(reference);
  const [first, ...more] = await diagnoseEnd(client, latest);
  throw new TestbedError(
    'NotReady',
    text(
      `${target.en} is not gone after ${seconds} s: ${first.en}`,
      `${target.ko}이(가) ${seconds}초가 지나도 사라지지 않았습니다: ${first.ko}`,
    ),
    { details: more },
  );
}

/**
 * The changes of one object until time is out (then it ends). Without `resourceVersion` it begins with the object as it is, and so does every watch after
 * one that ended; a deletion between two watches is noticed by a look. Throws the signal's reason when aborted.
 */
async function* following(
  client: KubernetesClient,
  reference: ObjectReference,
  resourceVersion: string | undefined,
  seconds: number,
  { signal, unreachableSeconds = UNREACHABLE_SECONDS }: WaitOptions,
): AsyncGenerator<WatchEvent> {
  const { apiVersion, kind, name, namespace } = reference;
  const patience = createPatience(unreachableSeconds * 1000);
  const deadline = AbortSignal.timeout(Math.ceil(seconds * 1000));
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  let start = resourceVersion;
  let seen = resourceVersion !== undefined;
  while (!either.aborted) {
    try {
      const events = client.watch(apiVersion, kind, {
        fieldSelector: `metadata.name=${name}`,
        timeoutSeconds: LOOKS_AGAIN_SECONDS,
        ...(namespace === undefined ? {} : { namespace }),
        ...(start === undefined ? {} : { resourceVersion: start }),
        signal: either,
      });
      for await (const event of events) {
        patience.answered();
        yield event;
      }
      start = undefined;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (!either.aborted) patience.failed(error);
      start = undefined;
    }
    if (either.aborted) break;
    await rest(either);
    const now = await look(client, reference, either, patience);
    if (now === 'unknown') continue;
    if (now !== undefined) seen = true;
    else if (seen) yield { type: 'DELETED', object: { apiVersion, kind, metadata: { name } } };
  }
  if (signal?.aborted === true) throw signal.reason;
}

/** `unknown` when the server can't be asked just now. */
async function look(
  client: KubernetesClient,
  reference: ObjectReference,
  signal: AbortSignal,
  patience: Patience,
): Promise<KubernetesObject | undefined | 'unknown'> {
  try {
    const found = await client.get(reference, signal);
    patience.answered();
    return found;
  } catch (error) {
    if (signal.aborted) return 'unknown';
    if (!mayPass(error)) throw error;
    patience.failed(error);
    return 'unknown';
  }
}

interface Patience {
  answered(): void;
  /** Throws the error when the server has been out of reach for too long. */
  failed(error: unknown): void;
}

function createPatience(limitMs: number): Patience {
  let since: number | undefined;
  return {
    answered: () => {
      since = undefined;
    },
    failed: (error) => {
      // A server that refuses or is overloaded is there.
      if (!(error instanceof KubernetesCallError) || error.code !== 'KubernetesUnreachable') since = undefined;
      else if (since === undefined) since = Date.now();
      else if (Date.now() - since > limitMs) throw error;
    },
  };
}

/** An old starting point, a server that restarts, is overloaded or can't be reached: worth another try until time is out. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof KubernetesCallError)) return false;
  const { status } = error.failure;
  return error.code === 'KubernetesUnreachable' || status === 410 || status === 429 || status >= 500;
}

async function rest(signal: AbortSignal): Promise<void> {
  try {
    await pause(REST_MS, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
