import { text } from '../../errors';
import type { PolicyListResult } from '../../operations/policy-catalogue';
import { defineCommand } from '../cli/command';
import { line, table, type Block } from '../cli/view';
import { GRADE_FLAG, RULES_FLAG } from './policy-flags';
import { enforcementCell, severityCell, TITLES } from './policy-view';
import { pointsText } from './policy-words';

export const policyListCommand = defineCommand({
  name: 'policy list',
  summary: text('list the rules and how each is enforced', '규칙과 등급별 적용 방식을 보여 줍니다'),
  description: text(
    'A mandatory rule refuses; an advisory one is reported and never blocks. Plan is before anything exists, admission in the API server, audit on what exists.',
    '필수 규칙은 위반을 거부하고, 권고 규칙은 알리기만 하며 막지 않습니다. 계획은 아무것도 만들기 전, 승인은 API 서버에서, 감사는 이미 있는 것에 대한 판정입니다.',
  ),
  positionals: {},
  flags: { ...GRADE_FLAG, ...RULES_FLAG },
  examples: [
    { command: 'testbed policy list', summary: text('every rule', '모든 규칙') },
    {
      command: 'testbed policy list --grade sensitive -o json',
      summary: text('what is judged at one grade, for a program', '한 등급에서 판정하는 규칙을 프로그램용으로'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/policy-catalogue.js')).policyList(args, context),
  view: ({ rules, counts }) => [
    table(
      [TITLES.rule, TITLES.severity, TITLES.open, TITLES.sensitive, TITLES.points, TITLES.title],
      rules.map(({ id, severity, enforcement, points, title }) => [
        id,
        severityCell(severity),
        enforcementCell(enforcement.open),
        enforcementCell(enforcement.sensitive),
        pointsText(points),
        title,
      ]),
    ),
    countsLine(rules.length, counts),
  ],
});

function countsLine(total: number, { open, sensitive }: PolicyListResult['counts']): Block {
  return line(
    text(
      `${total} rules; open: ${open.mandatory} mandatory, ${open.advisory} advisory; sensitive: ${sensitive.mandatory} mandatory, ${sensitive.advisory} advisory`,
      `규칙 ${total}개. 공개: 필수 ${open.mandatory}, 권고 ${open.advisory}. 민감: 필수 ${sensitive.mandatory}, 권고 ${sensitive.advisory}`,
    ),
  );
}
