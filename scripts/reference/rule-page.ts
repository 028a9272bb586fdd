import { stringify } from 'yaml';
import type { PolicyReference, RuleFile } from '../../operations/policy-reference';
import { enforcementText, kindsText, pointsText, relationText, severityText } from '../commands/policy-words';
import { code, markdownTable, page } from './markdown';
import { anchorOf, both, sentence } from './bilingual';

/** docs/reference/rules/<rule>.md: one rule in both languages. */
export function rulePage({ rule, topic, fixtures, file }: RuleFile, { controlName }: PolicyReference): string {
  const { open, sensitive } = rule.enforcement;
  return page([
    `# ${rule.id}`,
    `**${plain(rule.title.en)}** · **${plain(rule.title.ko)}**`,
    plain(sentence(rule.message.en)),
    plain(sentence(rule.message.ko)),
    markdownTable(
      ['', ''],
      [
        ['Severity · 심각도', both(severityText(rule.severity))],
        ['At grade open · 공개 등급', both(enforcementText(open))],
        ['At grade sensitive · 민감 등급', both(enforcementText(sensitive))],
        ['Judged at · 판정 시점', both(pointsText(rule.points))],
        ['Looks at · 대상', both(kindsText(rule.match))],
        ['Exemptions · 예외', rule.exemptible ? 'possible · 가능' : 'none · 불가'],
        ['Kubernetes', `${rule.since}+`],
        ['Topic · 주제', topic],
        ['File · 파일', `[${code(file)}](../../../${file})`],
      ],
    ),
    ...(rule.uncertain === undefined
      ? []
      : ['## Uncertain · 불확실한 점', plain(sentence(rule.uncertain.en)), plain(sentence(rule.uncertain.ko))]),
    ...params(rule),
    '## Passes when · 통과 조건',
    fenced('cel', rule.expression),
    '## Finding · 위반 내용',
    fenced('cel', rule.finding),
    ...(rule.mappings.length === 0
      ? []
      : [
          '## Controls · 통제 항목',
          'A passed check is evidence for a technical part of a control, never for all of it. · 점검 통과는 통제 항목의 기술적인 일부에 대한 증거이며 전체에 대한 증거가 아닙니다.',
          markdownTable(
            ['Catalogue · 통제 목록', 'Control · 통제 항목', 'Relation · 관계', 'Name · 이름'],
            rule.mappings.map(({ catalogue, control, relation }) => [
              catalogue,
              `[${control}](../controls/${catalogue}.md#${anchorOf(control)})`,
              both(relationText(relation)),
              plain(both(controlName(catalogue, control))),
            ]),
          ),
        ]),
    '## Fixtures · 예시',
    markdownTable(
      ['Fixture · 예시', 'Verdict · 판정', 'Finding · 위반 내용'],
      [
        ...fixtures.pass.map(({ name }) => [plain(name), 'pass · 통과', '']),
        ...fixtures.fail.map(({ name, finding }) => [plain(name), 'fail · 위반', code(finding)]),
      ],
    ),
    ...fixtures.fail
      .slice(0, 1)
      .flatMap(({ name, object }) => [
        `${plain(name)}:`,
        fenced('yaml', stringify(object, { lineWidth: 0 }).trimEnd()),
      ]),
  ]);
}

/** docs/reference/rules.md: every rule with its page, by topic. */
export function rulesPage({ rules, controls, leftOut }: PolicyReference): string {
  const topics = [...new Set(rules.map(({ topic }) => topic))];
  return page([
    '# Rules · 규칙',
    'A mandatory rule refuses, an advisory one is reported. Plan is before anything exists, admission in the API server, audit on what exists. · 필수 규칙은 위반을 거부하고 권고 규칙은 알리기만 합니다. 계획은 아무것도 만들기 전, 승인은 API 서버에서, 감사는 이미 있는 것에 대한 판정입니다.',
    ...topics.flatMap((topic) => [
      `## ${topic}`,
      markdownTable(
        ['Rule · 규칙', 'Severity · 심각도', 'Open · 공개', 'Sensitive · 민감', 'Points · 판정 시점', 'Title · 제목'],
        rules
          .filter((file) => file.topic === topic)
          .map(({ rule }) => [
            `[${rule.id}](rules/${rule.id}.md)`,
            both(severityText(rule.severity)),
            both(enforcementText(rule.enforcement.open)),
            both(enforcementText(rule.enforcement.sensitive)),
            both(pointsText(rule.points)),
            plain(both(rule.title)),
          ]),
      ),
    ]),
    '## Controls · 통제 항목',
    markdownTable(
      ['Catalogue · 통제 목록', 'Controls · 항목 수', 'With evidence · 증거 있음', 'Related only · 관련만 있음'],
      controls.map(({ catalogue, coverage }) => [
        `[${catalogue.key}](controls/${catalogue.key}.md) ${plain(both(catalogue.title))}`,
        String(coverage.total),
        String(coverage.supported),
        String(coverage.related),
      ]),
    ),
    '## Left out · 제외한 규칙',
    'What one might look for and not find, and why. · 있을 법하지만 제외한 규칙과 그 이유입니다.',
    markdownTable(
      ['Rule · 규칙', 'Reason · 이유'],
      leftOut.map(({ id, reason }) => [id, plain(both(reason))]),
    ),
  ]);
}

function params(rule: RuleFile['rule']): readonly string[] {
  if (rule.params.length === 0) return [];
  return [
    '## Parameters · 매개변수',
    markdownTable(
      ['Name · 이름', 'Type · 형식', 'Default · 기본값', 'Meaning · 설명'],
      rule.params.map(({ name, type, default: value, description }) => [
        code(`${rule.id}.${name}`),
        type,
        value === '' ? '' : value.split('\n').map(code).join(' '),
        plain(both(description)),
      ]),
    ),
  ];
}

/** Words of a rule as Markdown shows them: what would be markup is spelled out. */
function plain(words: string): string {
  return words.replace(/[\\`*_<>[\]]/g, (character) => `\\${character}`);
}

function fenced(language: string, content: string): string {
  return `\`\`\`${language}\n${content}\n\`\`\``;
}
