import { createEvaluator, parseExpression, printExpression } from '../../../policies/evaluation';
import { isTestbedError } from '../../../errors';
import type { Rule, SharedVariable } from '../../../policies/rule';
import type { HeldRule } from './cases';
import { mutationsOf, type Mutation } from './mutations';

/** The mutants of one expression that compile, and those of them that no case tells from the expression. */
export interface Outcome {
  readonly mutants: number;
  readonly survivors: readonly string[];
}

/** A mutant of a rule is noticed when a case has another verdict. */
export function judgeRuleMutants({ rule, cases }: HeldRule, variables: readonly SharedVariable[]): Outcome {
  const evaluator = createEvaluator({ variables });
  const mutants = ruleMutations(rule).flatMap(({ what, tree }) => {
    // Only the verdict of a mutant counts.
    const mutant: Rule = { ...rule, expression: printExpression(tree), finding: "''" };
    return compiles(() => evaluator.compile([mutant])) ? [{ what, mutant }] : [];
  });
  let alive = mutants;
  for (const { subject, verdict } of cases) {
    const judged = evaluator.judge(
      alive.map(({ mutant }) => mutant),
      subject,
    );
    alive = alive.filter((_, index) => judged[index]?.verdict === verdict);
  }
  return { mutants: mutants.length, survivors: alive.map(({ what }) => what) };
}

/** A mutant of a shared variable is noticed when a case of a rule that uses it has another verdict or another finding. */
export function judgeVariableMutants(
  { name, expression }: SharedVariable,
  variables: readonly SharedVariable[],
  held: readonly HeldRule[],
): Outcome {
  const using = held.filter(({ rule }) => uses(`${rule.expression} ${rule.finding}`, name, variables));
  const survivors: string[] = [];
  let mutants = 0;
  for (const { what, tree } of mutationsOf(parseExpression(expression))) {
    const mutant = { name, expression: printExpression(tree) };
    const mutated = variables.map((known) => (known.name === name ? mutant : known));
    if (!compiles(() => createEvaluator({ variables: mutated }))) continue;
    mutants++;
    const evaluator = createEvaluator({ variables: mutated });
    const noticed = using.some(({ rule, cases }) =>
      cases.some(({ subject, verdict, finding }) => {
        const [judged] = evaluator.judge([rule], subject);
        return judged?.verdict !== verdict || (finding !== undefined && judged.finding !== finding);
      }),
    );
    if (!noticed) survivors.push(what);
  }
  return { mutants, survivors };
}

function ruleMutations(rule: Rule): readonly Mutation[] {
  const tree = parseExpression(rule.expression);
  return [
    { what: 'removed', tree: { kind: 'literal', literal: { type: 'bool', value: true }, range: tree.range } },
    ...mutationsOf(tree),
  ];
}

/** Whether a text uses a variable, by itself or by another one. */
function uses(text: string, name: string, variables: readonly SharedVariable[]): boolean {
  if (new RegExp(`\\bvariables\\.${name}\\b`).test(text)) return true;
  return variables.some(
    (other) =>
      other.name !== name &&
      new RegExp(`\\bvariables\\.${other.name}\\b`).test(text) &&
      uses(other.expression, name, variables.slice(0, variables.indexOf(other))),
  );
}

function compiles(compile: () => void): boolean {
  try {
    compile();
    return true;
  } catch (error) {
    if (isTestbedError(error, 'RuleInvalid')) return false;
    throw error;
  }
}
