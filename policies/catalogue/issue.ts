import { TestbedError, text, type Text } from '../../errors';
import { formatPath, placeOf, type Finding } from '../../spec/issue';
import { visible } from '../../spec/visible';
import { CATALOGUE_LIMITS } from './limits';

/** What a problem is about; `testbed policy lint` names it, and a site may look it up in the reference. */
export type IssueCode =
  | 'unreadable'
  | 'yaml'
  | 'field'
  | 'language'
  | 'one-line'
  | 'length'
  | 'fixtures'
  | 'id'
  | 'baseline';

/** One problem of a rule file, a baseline or the shared variables, at its place. Line and column count from 1. */
export interface RuleIssue {
  readonly code: IssueCode;
  /** As it is shown: relative for ours, as it was given for a site's. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the file, such as `fixtures.fail[0].finding`; empty for the file as a whole. */
  readonly path: string;
  readonly message: Text;
}

/** A problem before its place is counted out. */
export type RuleFinding = Finding & { readonly code: IssueCode };

/** Findings in the order of the file, with their places. */
export function placed(file: string, source: string, findings: readonly RuleFinding[]): RuleIssue[] {
  return [...findings]
    .sort((a, b) => a.start - b.start)
    .map(({ code, start, path, message }) => ({
      code,
      file,
      ...placeOf(source, start),
      path: visible(formatPath(path).slice(0, 120)),
      message,
    }));
}

/** A problem of a file as a whole. */
export function wholeFile(code: IssueCode, file: string, message: Text): RuleIssue {
  return { code, file, line: 1, column: 1, path: '', message };
}

/** The error for callers that can't go on: every problem a line of its details, at most 50. */
export function ruleInvalid(issues: readonly RuleIssue[]): TestbedError {
  const shown = issues.slice(0, CATALOGUE_LIMITS.issues).map((issue) => {
    const place = `${visible(issue.file)}:${issue.line}:${issue.column}:${issue.path === '' ? '' : ` ${issue.path}:`}`;
    return text(`${place} ${issue.message.en}`, `${place} ${issue.message.ko}`);
  });
  const omitted = issues.length - shown.length;
  const count = issues.length;
  return new TestbedError(
    'RuleInvalid',
    text(
      count === 1 ? 'the rules have a problem' : `the rules have ${count} problems`,
      `규칙 파일에 문제가 ${count}개 있습니다`,
    ),
    { details: omitted > 0 ? [...shown, text(`and ${omitted} more`, `그 밖에 ${omitted}개`)] : shown },
  );
}
