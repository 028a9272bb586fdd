import { text, type Text } from '../errors';
import { conditionsOf } from './conditions';
import { stringsAt } from './json';
import type { KubernetesObject } from './types';

/** Conditions of a namespace that say what hinders its end or is still in it, the causes before what follows from them. */
const HINDRANCES: readonly string[] = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceFinalizersRemaining',
  'NamespaceContentRemaining',
];

/** What keeps an object from going; at least one reason. */
export function holdersOf(object: KubernetesObject): readonly [Text, ...Text[]] {
  if (object.metadata.deletionTimestamp === undefined)
    return [text('nobody has asked for its deletion', '삭제 요청이 없었습니다')];
  const conditions = conditionsOf(object)
    .filter(({ type, status }) => HINDRANCES.includes(type) && status === 'True')
    .toSorted((a, b) => HINDRANCES.indexOf(a.type) - HINDRANCES.indexOf(b.type))
    .map(({ type, message }) => text(`${type}: ${message}`, `${type}: ${message}`));
  const finalizers = [...(object.metadata.finalizers ?? []), ...stringsAt(object['spec'], 'finalizers')];
  const held =
    finalizers.length === 0
      ? []
      : [
          text(
            `it is held by finalizers: ${finalizers.join(', ')}`,
            `다음 finalizer가 삭제를 막고 있습니다: ${finalizers.join(', ')}`,
          ),
        ];
  const [first, ...more] = [...conditions, ...held];
  return first === undefined
    ? [text('it is still ending (grace period)', '아직 종료 중입니다 (유예 시간)')]
    : [first, ...more];
}
