import type { Grade } from '../../components/vocabulary';
import type { JudgedObject } from '../evaluation/types';
import type { Judge } from '../judge/judge';
import { gradeLabel, kindKey, nameOf, namespaceOf } from '../judge/names';
import type { Item, Result } from '../judge/types';

const NAMESPACE = '/Namespace';

/** Every rule on every item, and every set rule on every namespace among them; the passed ones too. */
export function planResults(items: readonly Item[], judge: Judge): readonly Result[] {
  const namespaces = new Map<string, Item>();
  for (const item of items) {
    const name = namespaceName(item);
    if (name !== undefined) namespaces.set(name, item);
  }
  const gradeOf = (item: Item): Grade | undefined => {
    const namespace = namespaceOf(item.object);
    const within = typeof namespace === 'string' ? namespaces.get(namespace) : undefined;
    return within === undefined ? undefined : gradeLabel(within.object);
  };
  return [...items.flatMap((item) => judge.judge(item, gradeOf(item))), ...judgeSets(items, namespaces, judge)];
}

/** The name of a namespace; undefined for anything else. */
export function namespaceName({ object }: Item): string | undefined {
  return kindKey(object) === NAMESPACE ? nameOf(object) : undefined;
}

/** Set rules look at what a program makes together with its namespace; what stands in the cluster already, audit sees. */
function judgeSets(items: readonly Item[], namespaces: ReadonlyMap<string, Item>, judge: Judge): readonly Result[] {
  const within = new Map<string, JudgedObject[]>();
  for (const { object } of items) {
    const namespace = namespaceOf(object);
    if (typeof namespace !== 'string') continue;
    const there = within.get(namespace);
    if (there === undefined) within.set(namespace, [object]);
    else there.push(object);
  }
  const all = [...namespaces.values()].map(({ object }) => object);
  return [...namespaces].flatMap(([name, namespace]) => judge.judgeSet(namespace, within.get(name) ?? [], all));
}
