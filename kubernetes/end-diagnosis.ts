import { text, type Text } from '../errors';
import { selectorOf } from './diagnosis';
import { KubernetesCallError } from './failures';
import { holdersOf } from './holders';
import { fieldsAt, listAt, stringAt } from './json';
import { kindKey } from './readiness';
import type { KubernetesClient, KubernetesObject } from './types';

const MOST_PODS = 500;
const MOST_NAMED = 5;

/**
 * What keeps an object from going, the most telling first: the pods that use a claim, the claim that is bound to a volume, the pods that belong to a workload,
 * the node that does not confirm the end of a pod, what a namespace's conditions say; then the finalizers as they stand on it. What may not be looked at is said.
 */
export async function diagnoseEnd(
  client: KubernetesClient,
  object: KubernetesObject,
): Promise<readonly [Text, ...Text[]]> {
  const known = holdersOf(object);
  if (object.metadata.deletionTimestamp === undefined) return known;
  try {
    const [first, ...more] = await usersOf(client, object);
    return first === undefined ? known : [first, ...more, ...known];
  } catch (error) {
    // Its end has failed already: what cannot be seen must not hide that.
    if (!(error instanceof KubernetesCallError)) throw error;
    return [...known, error.text];
  }
}

async function usersOf(client: KubernetesClient, object: KubernetesObject): Promise<readonly Text[]> {
  const { name, namespace, finalizers = [] } = object.metadata;
  const key = kindKey(object);
  if (key === '/Pod') return nodeOf(object);
  if (key === '/PersistentVolume' && finalizers.includes('kubernetes.io/pv-protection')) {
    const claim = fieldsAt(object, 'spec', 'claimRef');
    const place = `${stringAt(claim, 'namespace') ?? '?'}/${stringAt(claim, 'name') ?? '?'}`;
    return Object.keys(claim).length === 0
      ? []
      : [
          text(
            `the volume claim "${place}" is still bound to it`,
            `볼륨 클레임 "${place}"이(가) 아직 연결되어 있습니다`,
          ),
        ];
  }
  if (namespace === undefined) return [];
  if (key === '/PersistentVolumeClaim' && finalizers.includes('kubernetes.io/pvc-protection'))
    return named(client, namespace, undefined, (pod) => uses(pod, name), {
      one: (pod) => text(`pod "${pod}" still uses it`, `파드 "${pod}"이(가) 아직 사용하고 있습니다`),
    });
  const labelSelector = finalizers.includes('foregroundDeletion') ? selectorOf(object) : undefined;
  if (labelSelector === undefined) return [];
  return named(client, namespace, labelSelector, () => true, {
    one: (pod, held) =>
      text(
        `its pod "${pod}" has not ended yet: ${held.en}`,
        `이 객체의 파드 "${pod}"이(가) 아직 종료되지 않았습니다: ${held.ko}`,
      ),
  });
}

async function named(
  client: KubernetesClient,
  namespace: string,
  labelSelector: string | undefined,
  counts: (pod: KubernetesObject) => boolean,
  words: { readonly one: (pod: string, held: Text) => Text },
): Promise<readonly Text[]> {
  const said: Text[] = [];
  let looked = 0;
  const selection = labelSelector === undefined ? { namespace } : { namespace, labelSelector };
  for await (const pod of client.list('v1', 'Pod', selection)) {
    looked += 1;
    if (counts(pod)) said.push(words.one(pod.metadata.name, nodeOf(pod)[0] ?? holdersOf(pod)[0]));
    if (said.length >= MOST_NAMED || looked >= MOST_PODS) break;
  }
  return said;
}

function uses(pod: KubernetesObject, claim: string): boolean {
  const phase = stringAt(pod['status'], 'phase');
  // Without a node it has mounted nothing, and does not hold the claim.
  if (phase === 'Succeeded' || phase === 'Failed' || stringAt(pod['spec'], 'nodeName') === undefined) return false;
  return listAt(pod, 'spec', 'volumes').some(
    (volume) => stringAt(fieldsAt(volume, 'persistentVolumeClaim'), 'claimName') === claim,
  );
}

/** A pod on a node is gone when its node says that its processes have ended. */
function nodeOf(pod: KubernetesObject): readonly Text[] {
  const node = stringAt(pod['spec'], 'nodeName');
  if (node === undefined || pod.metadata.deletionTimestamp === undefined) return [];
  return [
    text(
      `node "${node}" has not confirmed that its containers have ended`,
      `노드 "${node}"이(가) 컨테이너 종료를 아직 확인하지 않았습니다`,
    ),
  ];
}
