import { TestbedError, text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line, toned } from '../cli/view';
import { RULES_FLAG } from './policy-flags';

export const policyLintCommand = defineCommand({
  name: 'policy lint',
  summary: text('say what is wrong with rules, by file and line', '규칙의 문제를 파일과 줄로 알려 줍니다'),
  description: text(
    'Checks the form, both languages, the CEL for every engine and API server from the minor that a rule names, its regexes, its parameters, its controls and its fixtures. With --rules it checks that folder, otherwise ours. Exits 2 where something is wrong.',
    '형식, 두 언어의 문구, 규칙이 밝힌 버전부터 모든 엔진과 API 서버에서 쓸 수 있는 CEL인지, 정규식, 매개변수, 통제 항목, 예시를 점검합니다. --rules를 지정하면 그 폴더를, 아니면 기본 규칙을 점검합니다. 문제가 있으면 종료 코드 2로 끝납니다.',
  ),
  positionals: {},
  flags: RULES_FLAG,
  examples: [
    { command: 'testbed policy lint', summary: text('our own rules', '기본 규칙') },
    { command: 'testbed policy lint --rules ./rules', summary: text("a site's rules", '사이트 규칙') },
  ],
  handler: async (args, context) => (await import('../../operations/policy-lint.js')).policyLint(args, context),
  view: ({ rules, findings }) =>
    findings.length === 0
      ? [line(toned('good', text(`${rules} rules, nothing wrong`, `규칙 ${rules}개, 문제 없음`)))]
      : findings.map(({ file, line: row, column, code, path, message }) => {
          const place = `${file}:${row}:${column}: [${code}]${path === '' ? '' : ` ${path}:`}`;
          return line(text(`${place} ${message.en}`, `${place} ${message.ko}`));
        }),
  failure: ({ findings }) =>
    findings.length === 0
      ? undefined
      : new TestbedError(
          'RuleInvalid',
          text(`the rules have ${findings.length} problems`, `규칙 파일에 문제가 ${findings.length}개 있습니다`),
        ),
});
