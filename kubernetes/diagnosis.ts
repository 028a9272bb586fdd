import { text, type Text } from '../errors';
import { conditionOf, wordsOf } from './conditions';
import { KubernetesCallError } from './failures';
import { fieldsAt, isFields, listAt, stringAt, stringsAt } from './json';
import { podTrouble } from './pod-readiness';
import { kindKey, readiness } from './readiness';
import { createRefused } from './workload-readiness';
import type { KubernetesClient, KubernetesObject } from './types';
import { plainWords } from './wording';

const MOST_PODS = 20;
const MOST_REASONS = 10;

/**
 * Why an object does not get ready, the most telling reason first: the containers of a workload's pods, their claims, what controllers said in events.
 * Empty when nothing is known beyond the object's own status. What may not be looked at is said, not left out.
 */
export async function diagnose(client: KubernetesClient, object: KubernetesObject): Promise<readonly Text[]> {
  const { namespace } = object.metadata;
  if (namespace === undefined) return [];
  const reasons: Text[] = [];
  const add = async (look: AsyncIterable<Text>): Promise<void> => {
    try {
      for await (const reason of look)
        if (reasons.length < MOST_REASONS && !reasons.some(({ en }) => en === reason.en)) reasons.push(reason);
    } catch (error) {
      // The wait has failed already: what its diagnosis can't see must not hide that.
      if (!(error instanceof KubernetesCallError)) throw error;
      reasons.push(error.text);
    }
  };
  const key = kindKey(object);
  if (key === '/Pod') await add(troublesOfPod(client, object));
  const selector = selectorOf(object);
  if (selector !== undefined) {
    await add(troublesOfPods(client, namespace, selector));
    if (key === 'apps/Deployment') await add(warningsOfReplicaSets(client, object, selector));
  }
  if (key !== '/Pod') await add(warningsAbout(client, object));
  return reasons;
}

/** The selector of a workload as a query; undefined for other kinds. */
export function selectorOf(object: KubernetesObject): string | undefined {
  const selector = fieldsAt(object, 'spec', 'selector');
  const plain = kindKey(object) === '/ReplicationController';
  if (!plain && !/^(?:apps|batch)\//.test(kindKey(object))) return undefined;
  const labels = Object.entries(plain ? selector : fieldsAt(selector, 'matchLabels')).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const key = stringAt(expression, 'key') ?? '';
    const values = stringsAt(expression, 'values').join(',');
    const operator = stringAt(expression, 'operator');
    if (operator === 'In') return `${key} in (${values})`;
    if (operator === 'NotIn') return `${key} notin (${values})`;
    return operator === 'DoesNotExist' ? `!${key}` : key;
  });
  const parts = [...labels, ...expressions];
  return parts.length === 0 ? undefined : parts.join(',');
}

async function* troublesOfPods(
  client: KubernetesClient,
  namespace: string,
  labelSelector: string,
): AsyncGenerator<Text> {
  let looked = 0;
  for await (const pod of client.list('v1', 'Pod', { namespace, labelSelector, limit: MOST_PODS })) {
    if (readiness(pod).state !== 'ready') yield* troublesOfPod(client, pod);
    looked += 1;
    if (looked >= MOST_PODS) return;
  }
}

async function* troublesOfPod(client: KubernetesClient, pod: KubernetesObject): AsyncGenerator<Text> {
  const { name, namespace = '' } = pod.metadata;
  const of = (reason: Text): Text => text(`pod "${name}": ${reason.en}`, `파드 "${name}": ${reason.ko}`);
  for (const volume of listAt(pod, 'spec', 'volumes')) {
    const claim = stringAt(fieldsAt(volume, 'persistentVolumeClaim'), 'claimName');
    if (claim === undefined) continue;
    const object = await client.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claim, namespace });
    if (object === undefined)
      yield of(text(`its volume claim "${claim}" does not exist`, `볼륨 클레임 "${claim}"이(가) 없습니다`));
    else yield* troublesOfClaim(client, object);
  }
  const trouble = podTrouble(pod) ?? stateOf(pod);
  if (trouble !== undefined) yield of(trouble);
  yield* warningsAbout(client, pod);
}

async function* troublesOfClaim(client: KubernetesClient, claim: KubernetesObject): AsyncGenerator<Text> {
  const state = readiness(claim);
  if (state.state === 'ready') return;
  const { name } = claim.metadata;
  let said = false;
  for await (const words of eventsAbout(client, claim)) {
    said = true;
    yield text(
      `volume claim "${name}" is not bound: ${words}`,
      `볼륨 클레임 "${name}"이(가) 연결되지 않았습니다: ${words}`,
    );
  }
  if (!said) yield text(`volume claim "${name}": ${state.reason.en}`, `볼륨 클레임 "${name}": ${state.reason.ko}`);
}

/** For a pod that is in no plain trouble: how far it has come. */
function stateOf(pod: KubernetesObject): Text | undefined {
  if (stringAt(pod['spec'], 'nodeName') === undefined && conditionOf(pod, 'PodScheduled') === undefined)
    return text('no scheduler has looked for a node for it yet', '아직 스케줄러가 노드를 배정하지 않았습니다');
  const state = readiness(pod);
  return state.state === 'ready' ? undefined : state.reason;
}

async function* warningsOfReplicaSets(
  client: KubernetesClient,
  deployment: KubernetesObject,
  labelSelector: string,
): AsyncGenerator<Text> {
  const { uid, namespace = '' } = deployment.metadata;
  for await (const set of client.list('apps/v1', 'ReplicaSet', { namespace, labelSelector, limit: MOST_PODS })) {
    if (set.metadata.ownerReferences?.some((owner) => owner.uid === uid) !== true) continue;
    const failure = conditionOf(set, 'ReplicaFailure');
    if (failure?.status === 'True') yield createRefused(wordsOf(failure));
    yield* warningsAbout(client, set);
  }
}

async function* warningsAbout(client: KubernetesClient, object: KubernetesObject): AsyncGenerator<Text> {
  for await (const words of eventsAbout(client, object))
    yield /^FailedCreate\b/.test(words)
      ? createRefused(words)
      : text(`${object.kind}: ${words}`, `${object.kind}: ${words}`);
}

/** Warnings about an object, and what a claim's controller says though it calls it normal; the latest first. */
async function* eventsAbout(client: KubernetesClient, { kind, metadata }: KubernetesObject): AsyncGenerator<string> {
  if (metadata.uid === undefined || metadata.namespace === undefined) return;
  const fieldSelector = `involvedObject.uid=${metadata.uid}`;
  const events: KubernetesObject[] = [];
  for await (const event of client.list('v1', 'Event', { namespace: metadata.namespace, fieldSelector, limit: 100 })) {
    events.push(event);
    if (events.length >= 500) break;
  }
  const telling = events.filter(
    (event) => event['type'] === 'Warning' || (kind === 'PersistentVolumeClaim' && isFields(event)),
  );
  telling.sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
  for (const event of telling.slice(0, MOST_REASONS))
    yield wordsOf({
      reason: plainWords(stringAt(event, 'reason') ?? ''),
      message: plainWords(stringAt(event, 'message') ?? ''),
    });
}

function timeOf(event: KubernetesObject): string {
  return stringAt(event, 'lastTimestamp') ?? stringAt(event, 'eventTime') ?? event.metadata.creationTimestamp ?? '';
}
