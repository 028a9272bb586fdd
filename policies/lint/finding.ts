import type { Text } from '../../errors';
import type { IssueCode } from '../catalogue/issue';
import type { RuleFile } from '../catalogue/rule-file';

/**
 * What lint finds in rules that can be read; the codes of what can't be read are IssueCode.
 * `cel`: no CEL of our dialect · `function`: a function that the declared minor or our evaluator lacks · `has-path`: has() of what does
 * not begin with a name · `regex`: RE2 refuses it · `name`: a name that rules don't have · `param`: read but not declared, or declared
 * but not read, or a key that can't be told · `control`: a mapping to a control that its catalogue lacks or that nobody verified ·
 * `fixture`: a fixture of another kind or with a name twice · `verdict`: a fixture is judged otherwise than it says · `finding`: what the
 * rule finds in a failing fixture is not what the fixture says.
 */
export type LintCode =
  | IssueCode
  | 'cel'
  | 'function'
  | 'has-path'
  | 'regex'
  | 'name'
  | 'param'
  | 'control'
  | 'fixture'
  | 'verdict'
  | 'finding';

/** One thing that is wrong with the rules. Line and column count from 1. */
export interface LintFinding {
  readonly code: LintCode;
  /** The rule; missing where the file could not be read. */
  readonly rule?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: Text;
}

/** A finding in a rule, at what lies at `path`. */
export function inRule(
  { rule, file, at }: RuleFile,
  code: LintCode,
  path: readonly PropertyKey[],
  message: Text,
): LintFinding {
  const shown = path.reduce<string>(
    (so, step) => (typeof step === 'number' ? `${so}[${step}]` : `${so}${so === '' ? '' : '.'}${String(step)}`),
    '',
  );
  return { code, rule: rule.id, file, ...at(path), path: shown, message };
}
