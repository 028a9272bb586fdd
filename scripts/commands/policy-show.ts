import { text, type Text } from '../../errors';
import type { PolicyShowResult } from '../../operations/policy-catalogue';
import { defineCommand } from '../cli/command';
import { requiredWord } from '../cli/flags';
import { facts, line, table, toned, type Block } from '../cli/view';
import { RULES_FLAG } from './policy-flags';
import { severityCell } from './policy-view';
import { enforcementText, kindsText, pointsText, relationText } from './policy-words';

export const policyShowCommand = defineCommand({
  name: 'policy show',
  summary: text(
    'show one rule: its CEL, its controls, its fixtures',
    '규칙 하나의 CEL, 관련 통제 항목, 예시를 보여 줍니다',
  ),
  positionals: { rule: requiredWord(text('id of the rule', '규칙 ID')) },
  flags: RULES_FLAG,
  examples: [
    { command: 'testbed policy show pod-no-privileged', summary: text('everything about it', '규칙의 모든 내용') },
    {
      command: 'testbed policy show pod-no-privileged -o yaml',
      summary: text('with the objects of its fixtures', '예시 객체 포함'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/policy-catalogue.js')).policyShow(args, context),
  view: (result) => [...about(result), ...expressions(result), ...controls(result), ...fixtures(result)],
});

function about({ rule, topic, file, params }: PolicyShowResult): readonly Block[] {
  const { open, sensitive } = rule.enforcement;
  return [
    facts(
      [text('rule', '규칙'), toned('strong', rule.id)],
      [text('title', '제목'), rule.title],
      [text('message', '메시지'), rule.message],
      [text('severity', '심각도'), severityCell(rule.severity)],
      [text('open, sensitive', '공개, 민감'), both(enforcementText(open), enforcementText(sensitive))],
      [text('points', '판정 시점'), pointsText(rule.points)],
      [text('looks at', '대상'), kindsText(rule.match)],
      [text('since', '최소 버전'), `Kubernetes ${rule.since}`],
      [text('topic, file', '주제, 파일'), `${topic}, ${file}`],
      ...(rule.exemptible ? [] : [[text('exemptions', '예외'), text('none', '허용하지 않음')] as const]),
      ...(rule.uncertain === undefined ? [] : [[text('uncertain', '불확실한 점'), rule.uncertain] as const]),
    ),
    ...(params.length === 0
      ? []
      : [
          table(
            [text('PARAMETER', '매개변수'), text('OPEN', '공개'), text('SENSITIVE', '민감')],
            params.map(({ key, values }) => [key, oneLine(values.open), oneLine(values.sensitive)]),
          ),
        ]),
  ];
}

function expressions({ rule }: PolicyShowResult): readonly Block[] {
  return [
    line(''),
    line(toned('strong', text('passes when', '통과 조건'))),
    line(`  ${oneLine(rule.expression)}`),
    line(toned('strong', text('finding', '위반 내용'))),
    line(`  ${oneLine(rule.finding)}`),
  ];
}

function controls({ mappings }: PolicyShowResult): readonly Block[] {
  return mappings.length === 0
    ? []
    : [
        table(
          [
            text('CATALOGUE', '통제 목록'),
            text('CONTROL', '통제 항목'),
            text('RELATION', '관계'),
            text('NAME', '이름'),
          ],
          mappings.map(({ catalogue, control, relation, name }) => [catalogue, control, relationText(relation), name]),
        ),
      ];
}

function fixtures({ fixtures: { pass, fail } }: PolicyShowResult): readonly Block[] {
  return [
    table(
      [text('FIXTURE', '예시'), text('VERDICT', '판정'), text('FINDING', '위반 내용')],
      [
        ...pass.map(({ name }) => [name, toned('good', text('pass', '통과')), '']),
        ...fail.map(({ name, finding }) => [name, toned('bad', text('fail', '위반')), finding ?? '']),
      ],
    ),
  ];
}

function both(open: Text, sensitive: Text): Text {
  return text(`${open.en}, ${sensitive.en}`, `${open.ko}, ${sensitive.ko}`);
}

/** Lines of a list, and the folded lines of an expression, beside each other. */
function oneLine(words: string): string {
  return words.split(/\s*\n\s*/).join(' ');
}
