import { TestbedError, text, type Language, type Text } from '../errors';
import { displayWidth } from './display-width';
import type { SpecIssue } from './issue';
import type { SpecFailure } from './load';
import { visible } from './visible';

/** One line of a report; the printer may colour it by its role. */
export interface ReportLine {
  /**
   * `message` begins an issue (place, path, what is wrong), `source` shows the file, `caret` points into the line above it,
   * `accepted` says what is accepted, `blank` parts two issues, `summary` counts what is left out.
   */
  readonly role: 'message' | 'source' | 'caret' | 'accepted' | 'blank' | 'summary';
  readonly text: string;
}

/** Columns of source that are shown around a value. */
const WINDOW = 100;

/**
 * The issues of a spec for people: place, message, the line with the one before it, a caret under the value, what is accepted.
 * Control and bidi characters of the source are spelled out, wide characters count two columns.
 */
export function reportSpec(failure: SpecFailure, language: Language): ReportLine[] {
  const lines = failure.source.text.split('\n').map((line) => line.replace(/\r$/, ''));
  const report = failure.issues.flatMap((issue, index) => [
    ...(index === 0 ? [] : [BLANK]),
    ...reportIssue(issue, lines, language),
  ]);
  if (failure.omitted > 0) report.push(BLANK, { role: 'summary', text: omitted(failure.omitted)[language] });
  return report;
}

/** The report as one text, lines parted by LF. */
export function renderSpec(failure: SpecFailure, language: Language): string {
  return reportSpec(failure, language)
    .map((line) => line.text)
    .join('\n');
}

/** The error for callers that cannot go on without a spec; its details are the report, line by line in both languages. */
export function specInvalid(failure: SpecFailure): TestbedError {
  const count = failure.issues.length + failure.omitted;
  const file = visible(failure.source.file);
  const korean = reportSpec(failure, 'ko');
  const details = reportSpec(failure, 'en').map((line, index) => text(line.text, korean[index]?.text ?? line.text));
  return new TestbedError(
    'SpecInvalid',
    text(
      count === 1 ? `${file} has a problem` : `${file} has ${count} problems`,
      `${file}에 문제가 ${count}개 있습니다`,
    ),
    { details },
  );
}

const BLANK: ReportLine = { role: 'blank', text: '' };

function omitted(count: number): Text {
  return text(`and ${count} more`, `그 밖에 ${count}개`);
}

function reportIssue(issue: SpecIssue, lines: readonly string[], language: Language): ReportLine[] {
  const place = `${visible(issue.file)}:${issue.line}:${issue.column}`;
  const path = issue.path === '' ? '' : ` ${issue.path}:`;
  const report: ReportLine[] = [{ role: 'message', text: `${place}:${path} ${issue.message[language]}` }];
  const gutter = String(issue.line).length;
  const numbered = (number: number, shown: string): ReportLine => ({
    role: 'source',
    text: `  ${String(number).padStart(gutter)} | ${shown}`.trimEnd(),
  });
  if (issue.line > 1) report.push(numbered(issue.line - 1, excerpt(lines[issue.line - 2] ?? '', 0).shown));
  const line = lines[issue.line - 1] ?? '';
  const { shown, from } = excerpt(line, issue.column - 1);
  const start = issue.column - 1;
  const end = Math.max(start + 1, Math.min(start + issue.end - issue.start, line.length));
  const indent = displayWidth((from > 0 ? '…' : '') + printable(line.slice(from, start)));
  const width = Math.max(1, displayWidth(printable(line.slice(start, Math.min(end, from + WINDOW)))));
  report.push(numbered(issue.line, shown), {
    role: 'caret',
    text: `  ${' '.repeat(gutter)} | ${' '.repeat(indent)}${'^'.repeat(width)}`,
  });
  if (issue.accepted !== undefined)
    report.push({
      role: 'accepted',
      text: `  ${' '.repeat(gutter)} = ${{ en: 'accepted', ko: '허용' }[language]}: ${issue.accepted[language]}`,
    });
  return report;
}

/** The part of a line that is shown, so that `column` (from 0) is in it; `from` is where it begins. */
function excerpt(line: string, column: number): { shown: string; from: number } {
  if (line.length <= WINDOW) return { shown: printable(line), from: 0 };
  const from = column < WINDOW / 2 ? 0 : wholeCharacter(line, column - WINDOW / 4);
  const until = wholeCharacter(line, from + WINDOW);
  return {
    shown: `${from > 0 ? '…' : ''}${printable(line.slice(from, until))}${until < line.length ? '…' : ''}`,
    from,
  };
}

/** The offset, moved back where it would cut a surrogate pair. */
function wholeCharacter(line: string, offset: number): number {
  return /[\udc00-\udfff]/.test(line.charAt(offset)) ? offset - 1 : offset;
}

function printable(source: string): string {
  return visible(source.replaceAll('\t', ' '));
}
