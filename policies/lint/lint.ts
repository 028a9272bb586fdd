import type { RuleFile } from '../catalogue/rule-file';
import type { RuleIssue } from '../catalogue/issue';
import type { ControlCatalogue } from '../controls/catalogues';
import type { SharedVariable } from '../rule';
import { isTestbedError } from '../../errors';
import { createEvaluator } from '../evaluation';
import { lintExpressions, lintVariables } from './expressions';
import { inRule, type LintCode, type LintFinding } from './finding';
import { fixtureJudge } from './fixture-judge';
import { lintFixtures, lintVerdicts, type JudgeFixture } from './fixtures';
import { lintMappings } from './mappings';

export interface LintContext {
  readonly variables: readonly SharedVariable[];
  /** The file of the variables, as it is shown. */
  readonly variablesFile: string;
  readonly catalogues: readonly ControlCatalogue[];
  /** What was wrong with files that could not be read. */
  readonly issues: readonly RuleIssue[];
}

/**
 * Everything that is wrong with rules, by file and line; empty when they are clean. CEL is judged by the parser of the one JavaScript
 * engine and by our own evaluator's dialect; the second engine is no part of the product and reads the shipped rules in the tests.
 */
export function lintCatalogue(files: readonly RuleFile[], context: LintContext): readonly LintFinding[] {
  const shared = lintVariables(context.variables, context.variablesFile);
  // Variables that don't compile would fail every fixture of every rule.
  const judge = shared.length > 0 ? undefined : fixtureJudge(createEvaluator({ variables: context.variables }));
  const found = files.flatMap((file) => lintRule(file, context, judge));
  return [...context.issues, ...shared, ...found].sort(byPlace);
}

/** Codes of what keeps a rule from being evaluated. */
const UNFIT: ReadonlySet<LintCode> = new Set(['cel', 'function', 'name', 'regex', 'param']);

function lintRule(file: RuleFile, context: LintContext, judge: JudgeFixture | undefined): LintFinding[] {
  const found = [
    ...lintExpressions(file, context.variables),
    ...lintMappings(file, context.catalogues),
    ...lintFixtures(file),
  ];
  // The fixtures of a rule that can't be evaluated would only repeat that.
  if (judge === undefined || found.some(({ code }) => UNFIT.has(code))) return found;
  try {
    return [...found, ...lintVerdicts(file, judge)];
  } catch (error) {
    if (!isTestbedError(error, 'RuleInvalid')) throw error;
    return [...found, inRule(file, 'cel', ['expression'], error.text)];
  }
}

function byPlace(a: LintFinding, b: LintFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
