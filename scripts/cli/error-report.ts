import { tmpdir } from 'node:os';
import { TestbedError, isNoSpace, isTestbedError, noSpace, reasonOf, text, type Language } from '../../errors';
import { paint, type Style } from './block-lines';
import { escapeLines } from './foreign-text';

/** What `--output json` prints of an error. */
export interface ErrorObject {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details: readonly string[];
}

/** An error for programs; `code` is stable, the words are not. */
export function errorObject(error: TestbedError, language: Language): ErrorObject {
  return {
    code: error.code,
    message: error.text[language],
    ...(error.hint === undefined ? {} : { hint: error.hint[language] }),
    details: error.details.map((detail) => detail[language]),
  };
}

/** An error for people. Lines after the first are indented, so that no foreign text can pass for a line of ours. */
export function errorLines(error: TestbedError, style: Style): readonly string[] {
  const { language } = style;
  const indented = (words: string): string => escapeLines(words).replaceAll('\n', '\n  ');
  // A person who said no knows why nothing happened: one soft line.
  if (error.code === 'Declined') return [paint('soft', indented(error.text[language]), style)];
  const [label, hintLabel] = language === 'ko' ? ['오류:', '해결:'] : ['error:', 'hint:'];
  return [
    `${paint('bad', label, style)} ${indented(error.text[language])}`,
    ...error.details.map((detail) => `  ${indented(detail[language])}`.trimEnd()),
    ...(error.hint === undefined ? [] : [`${paint('strong', hintLabel, style)} ${indented(error.hint[language])}`]),
  ];
}

/** Makes anything that was thrown one of our errors: an abort of ours is an interruption, the unknown is our bug and shows its stack. */
export function asTestbedError(thrown: unknown, signal: AbortSignal): TestbedError {
  if (signal.aborted && (thrown === signal.reason || isAbort(thrown)))
    return isTestbedError(signal.reason) ? signal.reason : interrupted();
  if (isTestbedError(thrown)) return thrown;
  // A full disk can strike wherever something is written, and is never our bug.
  if (isNoSpace(thrown)) return noSpace(pathOf(thrown), thrown);
  const reason = reasonOf(thrown);
  const stack = thrown instanceof Error && thrown.stack !== undefined ? thrown.stack.split('\n').slice(1) : [];
  return new TestbedError(
    'InternalError',
    text(`testbed itself failed, which is a bug: ${reason}`, `testbed 내부 오류(버그)입니다: ${reason}`),
    {
      cause: thrown,
      details: stack.slice(0, 20).map((frame) => text(frame.trim(), frame.trim())),
      hint: text(
        'report it as CONTRIBUTING.md says, with these lines, the command and `testbed --version`',
        '위 내용과 실행한 명령, `testbed --version` 출력을 함께 CONTRIBUTING.md의 안내에 따라 알려 주세요',
      ),
    },
  );
}

function pathOf(error: unknown): string {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : tmpdir();
}

/** What an interrupted command ends with. */
export function interrupted(): TestbedError {
  return new TestbedError('Interrupted', text('interrupted', '중단되었습니다'));
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'AbortError' || isAbort(thrown.cause));
}
