import { setTimeout as pause } from 'node:timers/promises';
import { TestbedError, text, verbatim } from '../../errors';
import { failedWith } from '../../kubernetes/failures';
import { waitGone } from '../../kubernetes/wait';
import { kindKey } from '../../kubernetes/readiness';
import type { KubernetesClient, ObjectReference } from '../../kubernetes/types';
import { nameOf } from '../../kubernetes/wording';
import { isStale } from './apply';
import type { Run } from './context';
import { isSecretKind, referenceFromId } from './objects';
import { sight, type Mark } from './ownership';
import { interrupted } from './refusals';
import { uidOf } from './state';
import { parseTypeToken } from './type-token';
import { parseUrn } from './urn';
import type { Properties } from './wire';

/** What has dependents that would go on working when it is gone: these go first, so that "gone" means gone. */
const WITH_DEPENDENTS: ReadonlySet<string> = new Set([
  '/ReplicationController',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
]);

/**
 * Ends the object and waits until it is gone. It is known by its uid, so one that took its name is left alone. Gone already is a
 * success. Throws NotReady with the reason when it is still there after `timeoutSeconds`.
 */
export async function endObject(
  run: Run,
  question: {
    readonly urn: string;
    readonly id: string;
    readonly state: Properties;
    readonly mark: Mark;
    readonly timeoutSeconds: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { client } = run.context;
  const { urn, id, state, mark, timeoutSeconds, signal } = question;
  const type = parseTypeToken(parseUrn(urn).type);
  const reference = referenceFromId(type.apiVersion, type.kind, id);
  const uid = uidOf(state) ?? (await uidOfOurs(client, reference, mark, signal));
  if (uid === undefined) return;
  if (signal.aborted) throw interrupted(signal.reason);
  if ((await askToEnd(client, reference, uid, signal)) === 'gone') return;
  await waitUntilGone(client, { reference, uid, timeoutSeconds, signal });
}

/** State without a uid comes from elsewhere: only what bears our mark is ended. */
async function uidOfOurs(
  client: KubernetesClient,
  reference: ObjectReference,
  mark: Mark,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await sight(client, reference, signal);
  return found?.mark.stack === mark.stack && found.mark.urn === mark.urn ? found.uid : undefined;
}

const TRIES = 4;
const PAUSE_MS = 200;

async function askToEnd(
  client: KubernetesClient,
  reference: ObjectReference,
  uid: string,
  signal: AbortSignal,
): Promise<'gone' | 'accepted'> {
  const propagation = WITH_DEPENDENTS.has(kindKey(reference)) ? 'Foreground' : 'Background';
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.delete(reference, { uid, propagation, patience: signal });
    } catch (error) {
      const failure = failedWith(error);
      // Another object has the name now: the one we mean is gone. So it is when its kind is.
      if (failure?.status === 409 && /uid/i.test(failure.message)) return 'gone';
      if (failure?.reason === 'KindUnknown') return 'gone';
      if (!isStale(error) || attempt >= TRIES) throw error;
    }
    await pause(PAUSE_MS * attempt, undefined, { signal });
  }
}

/**
 * Waits until no object of that uid is there. A Secret is not looked at: it is asked to end again until the server says that it is not there.
 * Throws NotReady, with what still holds it where that can be seen, and the signal's reason when aborted.
 */
export async function waitUntilGone(
  client: KubernetesClient,
  wait: {
    readonly reference: ObjectReference;
    readonly uid: string;
    readonly timeoutSeconds: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { reference, uid, timeoutSeconds, signal } = wait;
  if (!isSecretKind(reference)) await waitGone(client, reference, { uid, timeoutSeconds, signal });
  else if (!(await secretGone(client, reference, uid, timeoutSeconds, signal)))
    throw notGone(reference, timeoutSeconds, (await sight(client, reference, signal))?.finalizers ?? []);
}

async function secretGone(
  client: KubernetesClient,
  reference: ObjectReference,
  uid: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const until = Date.now() + timeoutSeconds * 1000;
  for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, 2000)) {
    if ((await askToEnd(client, reference, uid, signal)) === 'gone') return true;
    if (Date.now() + waitMs > until) return false;
    await pause(waitMs, undefined, { signal });
  }
}

function notGone(reference: ObjectReference, timeoutSeconds: number, finalizers: readonly string[]): TestbedError {
  const name = nameOf(reference);
  const held =
    finalizers.length === 0
      ? text('something still holds it', '아직 붙잡고 있는 것이 있습니다')
      : text(
          `it is held by finalizers: ${finalizers.join(', ')}`,
          `다음 finalizer가 삭제를 막고 있습니다: ${finalizers.join(', ')}`,
        );
  return new TestbedError(
    'NotReady',
    text(
      `${name.en} is not gone after ${timeoutSeconds} s: ${held.en}`,
      `${name.ko}이(가) ${timeoutSeconds}초가 지나도 사라지지 않았습니다: ${held.ko}`,
    ),
    { hint: verbatim(`kubectl get ${reference.kind.toLowerCase()} ${reference.name} -o yaml`) },
  );
}
