import { setTimeout as pause } from 'node:timers/promises';
import { ANNOTATIONS, LABELS } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import { inParallel } from '../kubernetes/concurrency';
import { failedWith } from '../kubernetes/failures';
import { fieldsAt, numberAt } from '../kubernetes/json';
import { referenceOf } from '../kubernetes/objects';
import type { ClusterConnection, KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { isTestbedError, reasonOf, text, type StepEvent, type Text } from '../errors';
import { waitGone } from '../kubernetes/wait';
import type { Surroundings } from './surroundings';

type Kind = readonly [apiVersion: string, kind: string];

const ACCESS: Kind = ['rbac.authorization.k8s.io/v1', 'RoleBinding'];
const CLAIM: Kind = ['v1', 'PersistentVolumeClaim'];
/** Who make pods again: they go before their pods. */
const MAKERS: readonly Kind[] = [
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
];
/** They go with who made them, a moment later, and make pods until then. */
const MADE_MAKERS: readonly Kind[] = [
  ['batch/v1', 'Job'],
  ['apps/v1', 'ReplicaSet'],
];

/** A pod that does not stop by itself is killed after this, whatever grace it asked for: its testbed ends with all data. */
const GRACE_SECONDS = 10;
/** The longest that pods are waited for; the end of the namespace goes on waiting. */
const PODS_SECONDS = 30;
/** A claim that no pod uses any more goes within a second. */
const CLAIMS_SECONDS = 15;
/** What is empty ends within six, if nothing holds it. */
const NAMESPACE_SECONDS = 20;
/** The first pause between two looks, and the longest: pods that need seconds are not asked after five times a second. */
const LOOK_AGAIN_MS = 200;
const LONGEST_PAUSE_MS = 1000;
const AT_ONCE = 8;

/**
 * Ends a testbed's namespace, and before it what runs there: access, workloads, the participant's too, their pods and claims. A
 * namespace that ends with pods in it is looked at again only after half their grace, with claims in it after eight seconds; an empty one takes five, for which
 * no engine needs to be held up. Ends by uid, only in a
 * namespace that bears the stack's mark, and does nothing where that is gone. What is left when its time is out is left to the end of the namespace.
 * Throws KubernetesUnreachable, and the signal's reason when aborted; a right that is missing is a warning.
 */
export async function endWorkloads(
  connection: ClusterConnection,
  testbed: string,
  surroundings: Pick<Surroundings, 'onProgress' | 'onWarning' | 'signal'> & {
    /** Called as soon as something that was told to end is waited for: from then on it only looks now and then. */
    readonly onWaiting?: (() => void) | undefined;
  },
): Promise<void> {
  const { signal, onWarning, onWaiting } = surroundings;
  const client = createClient(connection);
  const tell = teller(surroundings.onProgress);
  const place: Place = { client, namespace: testbed, signal };
  try {
    const uid = await ourUid(place);
    if (uid === undefined) return;
    tell('start');
    for (const kind of [ACCESS, ...MAKERS]) await endAll(place, kind);
    await until(PODS_SECONDS, { signal, onWaiting }, () => endPods(place, tell));
    await endAll(place, CLAIM);
    await until(CLAIMS_SECONDS, { signal, onWaiting }, () => isEmpty(place, CLAIM));
    onWaiting?.();
    await endNamespace(place, uid, tell);
    tell('done');
  } catch (error) {
    tell('failed');
    if (failedWith(error)?.status !== 403) throw error;
    onWarning(
      text(
        `the workloads end with the namespace, which takes longer: ${reasonOf(error)}; to mend it run: testbed shared up`,
        `워크로드를 먼저 종료할 권한이 없어 네임스페이스와 함께 종료하며, 시간이 더 걸립니다: ${reasonOf(error)}. 해결하려면 실행: testbed shared up`,
      ),
    );
  } finally {
    await client.close();
  }
}

interface Place {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

type Tell = (state: StepEvent['state'], detail?: Text) => void;

function teller(onProgress: Surroundings['onProgress']): Tell {
  const began = performance.now();
  const step = { id: 'workloads', title: text('end workloads and their data', '워크로드와 데이터 종료') };
  return (state, detail) =>
    onProgress({
      ...step,
      state,
      ...(detail === undefined ? {} : { detail }),
      ...(state === 'start' ? {} : { elapsedMs: performance.now() - began }),
    });
}

/** The uid of the namespace where it bears the stack's mark. */
async function ourUid({ client, namespace, signal }: Place): Promise<string | undefined> {
  const found = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, signal);
  const { labels = {}, annotations = {}, uid } = found?.metadata ?? {};
  return labels[LABELS.testbed] === namespace && annotations[ANNOTATIONS.stack] === namespace ? uid : undefined;
}

/** Ends the namespace and waits; what holds it longer is told by the engine, which waits on. */
async function endNamespace({ client, namespace, signal }: Place, uid: string, tell: Tell): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  tell('update', text('the namespace ends', '네임스페이스 종료 중'));
  await client.delete(reference, { uid, propagation: 'Background', signal });
  try {
    await waitGone(client, reference, { timeoutSeconds: NAMESPACE_SECONDS, signal });
  } catch (error) {
    if (!isTestbedError(error, 'NotReady')) throw error;
  }
}

/** Asks for their end; dependents end after them. */
async function endAll(place: Place, kind: Kind): Promise<void> {
  await inParallel(AT_ONCE, await collect(place, kind), (object) => endOne(place, object));
}

/** Whether no pod is left; every one that is not yet on its way is sent on it, with its own grace or ours, whichever is shorter. */
async function endPods(place: Place, tell: Tell): Promise<boolean> {
  const pods = await collect(place, ['v1', 'Pod'], false);
  if (pods.length === 0) {
    for (const kind of MADE_MAKERS) if (!(await isEmpty(place, kind))) return false;
    return true;
  }
  tell('update', text(`${pods.length} pods stop`, `파드 ${pods.length}개 중지 중`));
  const toEnd = pods.flatMap((pod) => {
    const asked = numberAt(fieldsAt(pod, 'spec'), 'terminationGracePeriodSeconds') ?? GRACE_SECONDS;
    // Nought would take the pod off the list while it runs on.
    const grace = Math.max(1, Math.min(asked, GRACE_SECONDS));
    const given = numberAt(fieldsAt(pod, 'metadata'), 'deletionGracePeriodSeconds');
    return given !== undefined && given <= grace ? [] : [{ pod, grace }];
  });
  await inParallel(AT_ONCE, toEnd, ({ pod, grace }) => endOne(place, pod, grace));
  return false;
}

async function endOne({ client, signal }: Place, object: KubernetesObject, grace?: number): Promise<void> {
  const { uid } = object.metadata;
  try {
    await client.delete(referenceOf(object), {
      propagation: 'Background',
      ...(uid === undefined ? {} : { uid }),
      ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
      signal,
    });
  } catch (error) {
    // Another has its name now; the next look finds it.
    if (failedWith(error)?.status !== 409) throw error;
  }
}

async function isEmpty(place: Place, kind: Kind): Promise<boolean> {
  return (await collect(place, kind)).length === 0;
}

async function collect(
  { client, namespace, signal }: Place,
  [apiVersion, kind]: Kind,
  metadataOnly = true,
): Promise<KubernetesObject[]> {
  const all: KubernetesObject[] = [];
  for await (const object of client.list(apiVersion, kind, { namespace, metadataOnly, signal })) all.push(object);
  return all;
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly onWaiting: (() => void) | undefined;
}

/** Looks until it is so or time is out. */
async function until(seconds: number, { signal, onWaiting }: Waiting, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let pauseMs = LOOK_AGAIN_MS; !(await isSo()) && performance.now() < end; pauseMs *= 1.5) {
    onWaiting?.();
    await pause(Math.min(pauseMs, LONGEST_PAUSE_MS), undefined, { signal });
  }
}
