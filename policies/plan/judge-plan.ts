import type { Grade } from '../../components/vocabulary';
import type { Catalogue } from '../catalogue/load';
import type { JudgedObject } from '../evaluation/types';
import { createJudge } from '../judge/judge';
import { gradeLabel, kindKey, nameOf, namespaceOf } from '../judge/names';
import type { Exemption, Item, Result } from '../judge/types';
import type { Planned } from './planned';
import { itemsOf } from './planned-items';

const NAMESPACE = '/Namespace';

export interface PlanOptions {
  readonly catalogue: Catalogue;
  /** Of what bears no grade label and lies in no namespace of the plan that bears one. */
  readonly grade: Grade;
  readonly now: Date;
  readonly exemptions?: readonly Exemption[];
}

export interface PlanJudgement {
  /** All but the passed, in the order of the plan. */
  readonly results: readonly Result[];
  /** Rules evaluated on objects, passed ones too. */
  readonly judged: number;
  /** Mandatory rules that failed or could not be evaluated: with one of them nothing may be made. */
  readonly refusals: readonly Result[];
}

/** Judges everything that a program would register, before anything is. Pure: reads no clock, no file and no cluster. */
export function judgePlan(resources: readonly Planned[], options: PlanOptions): PlanJudgement {
  const judge = createJudge({ ...options, point: 'plan' });
  const items = resources.flatMap(itemsOf);
  const namespaces = new Map<string, Item>();
  for (const item of items) {
    const name = kindKey(item.object) === NAMESPACE ? nameOf(item.object) : undefined;
    if (name !== undefined) namespaces.set(name, item);
  }
  const gradeOf = (item: Item): Grade | undefined => {
    const namespace = namespaceOf(item.object);
    const within = typeof namespace === 'string' ? namespaces.get(namespace) : undefined;
    return within === undefined ? undefined : gradeLabel(within.object);
  };
  const results = [
    ...items.flatMap((item) => judge.judge(item, gradeOf(item))),
    ...judgeSets(items, namespaces, judge.judgeSet),
  ];
  const notPassed = results.filter(({ verdict }) => verdict !== 'pass');
  return {
    results: notPassed,
    judged: results.length,
    refusals: notPassed.filter(
      ({ verdict, enforcement }) => enforcement === 'mandatory' && (verdict === 'fail' || verdict === 'error'),
    ),
  };
}

/** Set rules look at what a program makes together with its namespace; what stands in the cluster already, audit sees. */
function judgeSets(
  items: readonly Item[],
  namespaces: ReadonlyMap<string, Item>,
  judgeSet: (namespace: Item, objects: readonly JudgedObject[], all: readonly JudgedObject[]) => readonly Result[],
): readonly Result[] {
  const within = new Map<string, JudgedObject[]>();
  for (const { object } of items) {
    const namespace = namespaceOf(object);
    if (typeof namespace !== 'string') continue;
    const there = within.get(namespace);
    if (there === undefined) within.set(namespace, [object]);
    else there.push(object);
  }
  const all = [...namespaces.values()].map(({ object }) => object);
  return [...namespaces].flatMap(([name, namespace]) => judgeSet(namespace, within.get(name) ?? [], all));
}
