import type { Grade } from '../../components/vocabulary';
import { createEvaluator } from '../evaluation';
import type { JudgedObject, Judgement } from '../evaluation/types';
import type { Rule } from '../rule';
import { gradeLabel, judgeeOf, kindKey } from './names';
import { indexRules, type RuleIndex } from './rule-index';
import type { Exemption, Item, JudgeOptions, Judgee, Result } from './types';

/** Judges items of one point by one catalogue. Made once, used for many. */
export interface Judge {
  readonly index: RuleIndex;
  /** Every object rule that looks at the item. `grade`: of its namespace, where that is known. */
  judge(item: Item, grade?: Grade): readonly Result[];
  /** Every set rule on a namespace with what is in it. */
  judgeSet(namespace: Item, objects: readonly JudgedObject[], namespaces: readonly JudgedObject[]): readonly Result[];
}

/** Throws RuleInvalid when a rule of the catalogue does not compile. */
export function createJudge(options: JudgeOptions): Judge {
  const { catalogue, point } = options;
  const index = indexRules(catalogue, point);
  const evaluator = createEvaluator({ variables: catalogue.variables });

  const inForce = (rules: readonly Rule[], grade: Grade): readonly Rule[] =>
    rules.filter((rule) => rule.enforcement[grade] !== 'off');

  const results = (
    rules: readonly Rule[],
    judgements: readonly Judgement[],
    about: Judgee,
    grade: Grade,
  ): readonly Result[] =>
    rules.flatMap((rule, at): Result[] => {
      const judgement = judgements[at];
      const enforcement = rule.enforcement[grade];
      if (judgement === undefined || enforcement === 'off') return [];
      const { verdict, finding, reason } = judgement;
      const leave = verdict === 'fail' ? leaveFor(rule, about, options) : undefined;
      return [
        {
          rule,
          enforcement,
          grade,
          about,
          verdict: leave === undefined ? verdict : 'exempt',
          ...(finding === undefined ? {} : { finding }),
          ...(leave === undefined ? (reason === undefined ? {} : { reason }) : { reason: leave.reason }),
        },
      ];
    });

  return {
    index,
    judge(item, namespaceGrade) {
      const key = kindKey(item.object);
      const matched =
        item.token !== undefined && index.forToken(item.token).length > 0
          ? [...index.forToken(item.token), ...(key === undefined ? [] : index.forKind(key))]
          : key === undefined
            ? []
            : index.forKind(key);
      if (matched.length === 0) return [];
      const grade = gradeLabel(item.object) ?? namespaceGrade ?? options.grade;
      const rules = inForce(matched, grade);
      const subject = { object: item.object, params: catalogue.params[grade] };
      return results(rules, evaluator.judge(rules, subject), judgeeOf(item), grade);
    },
    judgeSet(namespace, objects, namespaces) {
      const key = kindKey(namespace.object);
      const matched = key === undefined ? [] : index.setsOf(key);
      if (matched.length === 0) return [];
      const grade = gradeLabel(namespace.object) ?? options.grade;
      const rules = inForce(matched, grade);
      const subject = { object: namespace.object, objects, namespaces, params: catalogue.params[grade] };
      return results(rules, evaluator.judge(rules, subject), judgeeOf(namespace), grade);
    },
  };
}

/** The exemption that covers this failure at this moment; an expired one covers nothing. */
function leaveFor(rule: Rule, about: Judgee, { exemptions = [], now }: JudgeOptions): Exemption | undefined {
  if (!rule.exemptible) return undefined;
  return exemptions.find(
    ({ rule: id, scope, until }) =>
      id === rule.id &&
      scope.kind === about.kind &&
      scope.name === about.name &&
      scope.namespace === about.namespace &&
      until > now,
  );
}
