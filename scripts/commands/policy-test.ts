import { TestbedError, text } from '../../errors';
import { defineCommand } from '../cli/command';
import { wordFlag } from '../cli/flags';
import { line, toned } from '../cli/view';
import { RULES_FLAG } from './policy-flags';

export const policyTestCommand = defineCommand({
  name: 'policy test',
  summary: text('judge every fixture of the rules', '규칙의 모든 예시를 판정합니다'),
  description: text(
    'Each rule brings objects that pass and objects that fail with a stated finding. With --rules it judges that folder, otherwise ours. Exits 1 where a fixture is judged otherwise than it says.',
    '규칙마다 통과해야 할 객체와, 정해진 내용으로 위반해야 할 객체가 있습니다. --rules를 지정하면 그 폴더를, 아니면 기본 규칙을 판정합니다. 하나라도 다르게 판정되면 종료 코드 1로 끝납니다.',
  ),
  positionals: {},
  flags: {
    ...RULES_FLAG,
    rule: wordFlag({ placeholder: 'RULE', summary: text('only this rule', '이 규칙만') }),
  },
  examples: [
    { command: 'testbed policy test', summary: text('our own rules', '기본 규칙') },
    {
      command: 'testbed policy test --rules ./rules --rule site-team-label',
      summary: text("one of a site's rules", '사이트 규칙 하나'),
    },
  ],
  whenInterrupted: text('nothing is left: it only reads', '읽기만 하므로 남는 것이 없습니다'),
  handler: async (args, context) => (await import('../../operations/policy-test.js')).policyTest(args, context),
  view: ({ rules, fixtures, wrong, elapsedMs }) => [
    ...wrong.map(({ file, line: row, rule, message }) => {
      const place = `${file}:${row}: ${rule}:`;
      return line(toned('bad', text(`${place} ${message.en}`, `${place} ${message.ko}`)));
    }),
    line(
      toned(
        wrong.length === 0 ? 'good' : 'strong',
        text(
          `${rules} rules, ${fixtures} fixtures, ${wrong.length} wrong (${(elapsedMs / 1000).toFixed(1)} s)`,
          `규칙 ${rules}개, 예시 ${fixtures}개, 잘못된 판정 ${wrong.length}개 (${(elapsedMs / 1000).toFixed(1)}초)`,
        ),
      ),
    ),
  ],
  failure: ({ wrong }) =>
    wrong.length === 0
      ? undefined
      : new TestbedError(
          'RuleTestFailed',
          text(
            `${wrong.length} fixtures are judged otherwise than they say`,
            `예시 ${wrong.length}개의 판정이 예상과 다릅니다`,
          ),
        ),
});
