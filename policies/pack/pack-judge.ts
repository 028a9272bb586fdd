import type { Grade } from '../../components/vocabulary';
import type { Catalogue } from '../catalogue/load';
import { createJudge } from '../judge/judge';
import { gradeLabel, namespaceOf } from '../judge/names';
import type { Item, Result } from '../judge/types';
import { namespaceName, planResults } from '../plan/plan-results';
import type { Planned } from '../plan/planned';
import { itemsOf } from '../plan/planned-items';
import type { RuleId } from '../rule';

/** More resources than any stack of one program has; their inputs are kept until the end of a run. */
const MAX_RESOURCES = 20_000;

/** What the rules say of one call of the engine. */
export interface PackJudgement {
  /** All but the passed. */
  readonly results: readonly Result[];
  /** The rules that looked at something; all others do not apply. */
  readonly looked: ReadonlySet<RuleId>;
}

/** Judges one run of a program as the engine tells it: resource by resource, and all of them at its end. */
export interface PackJudge {
  analyze(resource: Planned): PackJudgement;
  /**
   * Everything of the stack. Set rules are told here, and what was judged at another grade before its namespace came by. A resource counts
   * with the inputs that it was registered with; one that did not come by, as it is given.
   */
  analyzeStack(resources: readonly Planned[]): PackJudgement;
}

export interface PackJudgeOptions {
  readonly catalogue: Catalogue;
  /** Of what bears no grade label and lies in no namespace of the program that bears one. */
  readonly grade: Grade;
  readonly now: Date;
}

/** Throws RuleInvalid when a rule of the catalogue does not compile, RangeError for more resources than are kept. */
export function createPackJudge(options: PackJudgeOptions): PackJudge {
  const judge = createJudge({ ...options, point: 'plan' });
  const registered = new Map<string, readonly Item[]>();
  const namespaces = new Map<string, Grade | undefined>();
  const told = new Set<string>();

  const gradeOf = ({ object }: Item): Grade | undefined => {
    const namespace = namespaceOf(object);
    return typeof namespace === 'string' ? namespaces.get(namespace) : undefined;
  };

  return {
    analyze(resource) {
      const items = itemsOf(resource);
      if (registered.size >= MAX_RESOURCES) throw new RangeError(`more than ${MAX_RESOURCES} resources are not judged`);
      registered.set(resource.urn, items);
      for (const item of items) {
        const name = namespaceName(item);
        if (name !== undefined) namespaces.set(name, gradeLabel(item.object));
      }
      const results = items.flatMap((item) => judge.judge(item, gradeOf(item)));
      for (const result of results) told.add(identity(result));
      return judgementOf(results);
    },
    analyzeStack(resources) {
      const items = resources.flatMap((resource) => registered.get(resource.urn) ?? itemsOf(resource));
      const results = planResults(items, judge).filter(
        (result) =>
          result.rule.scope === 'set' || (registered.has(result.about.urn ?? '') && !told.has(identity(result))),
      );
      return judgementOf(results);
    },
  };
}

function judgementOf(results: readonly Result[]): PackJudgement {
  return {
    results: results.filter(({ verdict }) => verdict !== 'pass'),
    looked: new Set(results.map(({ rule }) => rule.id)),
  };
}

function identity({ rule, about, enforcement, verdict }: Result): string {
  return [rule.id, about.urn, about.kind, about.namespace, about.name, enforcement, verdict].join('\n');
}
