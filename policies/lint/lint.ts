import type { RuleFile } from '../catalogue/rule-file';
import type { RuleIssue } from '../catalogue/issue';
import type { ControlCatalogue } from '../controls/catalogues';
import type { SharedVariable } from '../rule';
import { lintExpressions, lintVariables } from './expressions';
import type { LintFinding } from './finding';
import { lintFixtures, lintVerdicts, type JudgeFixture } from './fixtures';
import { lintMappings } from './mappings';

export interface LintContext {
  readonly variables: readonly SharedVariable[];
  /** The file of the variables, as it is shown. */
  readonly variablesFile: string;
  readonly catalogues: readonly ControlCatalogue[];
  readonly judge: JudgeFixture;
  /** What was wrong with files that could not be read. */
  readonly issues: readonly RuleIssue[];
}

/**
 * Everything that is wrong with rules, by file and line; empty when they are clean. CEL is judged by the parser of the one JavaScript
 * engine and by our own evaluator's dialect; the second engine is no part of the product and reads the shipped rules in the tests.
 */
export function lintCatalogue(files: readonly RuleFile[], context: LintContext): readonly LintFinding[] {
  const shared = lintVariables(context.variables, context.variablesFile);
  const found = files.flatMap((file) => {
    const text = [
      ...lintExpressions(file, context.variables),
      ...lintMappings(file, context.catalogues),
      ...lintFixtures(file),
    ];
    // A rule that is no CEL judges nothing; its fixtures would only repeat that.
    return text.some(({ code }) => code === 'cel') ? text : [...text, ...lintVerdicts(file, context.judge)];
  });
  return [...context.issues, ...shared, ...found].sort(byPlace);
}

function byPlace(a: LintFinding, b: LintFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
