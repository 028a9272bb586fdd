import { ERROR_CODES, EXIT_CODES, type Outcome } from '../../errors';
import { code, markdownTable, page } from './markdown';

const ENDINGS: Readonly<Record<Outcome, string>> = {
  failed: 'not done: something failed, or the person declined · 완료하지 못함(실패 또는 사용자가 동의하지 않음)',
  usage: 'the call or the spec is wrong; nothing was touched · 호출 또는 명세 오류, 변경 없음',
  refused: 'a rule refused · 규칙에 따라 거부',
  bug: 'our bug · 내부 버그',
  interrupted: 'interrupted · 중단',
};

/** docs/reference/errors.md: the codes that `--output json` gives and the exit codes, both stable. */
export function errorsPage(): string {
  return page([
    '# Error codes and exit codes · 오류 코드와 종료 코드',
    'With `--output json` an error is one JSON object on standard error: `code`, `message`, `details`, and `hint` where there is one. Codes and exit codes are stable, words are not.',
    '`--output json`을 지정하면 오류는 표준 오류에 JSON 객체 하나로 나옵니다: `code`, `message`, `details`, 있으면 `hint`. 코드와 종료 코드는 바뀌지 않지만 문구는 바뀔 수 있습니다.',
    markdownTable(
      ['Exit code · 종료 코드', 'Meaning · 의미'],
      [['0', 'done · 완료'], ...Object.entries(ENDINGS).map(([outcome, words]) => [String(exitCode(outcome)), words])],
    ),
    markdownTable(
      ['Code · 코드', 'Exit code · 종료 코드'],
      Object.entries(ERROR_CODES).map(([name, outcome]) => [code(name), String(EXIT_CODES[outcome])]),
    ),
  ]);
}

function exitCode(outcome: string): number {
  return new Map<string, number>(Object.entries(EXIT_CODES)).get(outcome) ?? EXIT_CODES.bug;
}
