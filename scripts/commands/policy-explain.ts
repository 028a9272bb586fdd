import { text, type Text } from '../../errors';
import type { ExplainedObject, PolicyExplainResult } from '../../operations/policy-explain';
import { defineCommand } from '../cli/command';
import { choiceFlag, parsedFlag, requiredWord } from '../cli/flags';
import { facts, line, toned, type Block, type Tone } from '../cli/view';
import { GRADE_CHOICES, objectFile, RULES_FLAG } from './policy-flags';
import { enforcementText } from './policy-words';

type Part = NonNullable<ExplainedObject['why']>;

const VERDICTS: Readonly<Record<ExplainedObject['verdict'], readonly [Tone, Text]>> = {
  pass: ['good', text('✔ passes', '✔ 통과')],
  fail: ['bad', text('✘ fails', '✘ 위반')],
  unknown: ['warn', text('? not known before it is created', '? 만들어진 뒤에 알 수 있음')],
  error: ['bad', text('! could not be judged', '! 판정할 수 없음')],
  skip: ['soft', text('- not judged: the rule does not look at it', '- 판정 안 함: 규칙의 대상이 아님')],
};

export const policyExplainCommand = defineCommand({
  name: 'policy explain',
  summary: text(
    'say why objects of a file pass or fail a rule',
    '파일의 객체가 규칙을 통과하거나 위반하는 이유를 알려 줍니다',
  ),
  description: text(
    'Shows which parts of the expression decided, with their values. Several documents in one file are judged one by one; for a rule about a whole namespace they are what is in it. Exits 0 whatever the verdict.',
    '표현식의 어느 부분이 판정을 결정했는지 값과 함께 보여 줍니다. 파일에 문서가 여러 개면 하나씩 판정하고, 네임스페이스 전체에 대한 규칙이면 그 안에 있는 것으로 봅니다. 판정과 관계없이 종료 코드는 0입니다.',
  ),
  positionals: { rule: requiredWord(text('id of the rule', '규칙 ID')) },
  flags: {
    object: parsedFlag(
      { placeholder: 'FILE', summary: text('the objects, as YAML or JSON', 'YAML 또는 JSON 객체 파일') },
      objectFile,
    ),
    grade: choiceFlag(GRADE_CHOICES, 'open', {
      placeholder: 'GRADE',
      summary: text('whose parameters hold', '매개변수를 적용할 등급'),
    }),
    ...RULES_FLAG,
  },
  examples: [
    {
      command: 'testbed policy explain pod-no-privileged --object pod.yaml',
      summary: text('which part was false, and its values', '거짓이 된 부분과 그 값'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/policy-explain.js')).policyExplain(args, context),
  view: (result) => [heading(result), ...result.objects.flatMap((one) => objectBlocks(one, result))],
});

function heading({ rule, title, grade, enforcement }: PolicyExplainResult): Block {
  return facts(
    [text('rule', '규칙'), toned('strong', rule)],
    [text('title', '제목'), title],
    [
      text('at grade', '등급'),
      text(`${grade}: ${enforcementText(enforcement).en}`, `${grade}: ${enforcementText(enforcement).ko}`),
    ],
  );
}

function objectBlocks(one: ExplainedObject, { message }: PolicyExplainResult): readonly Block[] {
  const [tone, words] = VERDICTS[one.verdict];
  const name = [one.apiVersion, one.kind, one.name].filter((word) => word !== '').join(' ');
  return [
    line(''),
    line(toned(tone, text(`${name} (line ${one.line}): ${words.en}`, `${name} (${one.line}행): ${words.ko}`))),
    ...(one.finding === undefined ? [] : [line(`  ${one.finding}`), line(text(`  ${message.en}`, `  ${message.ko}`))]),
    ...(one.reason === undefined || one.verdict === 'skip' ? [] : [line(`  ${one.reason}`)]),
    ...(one.why === undefined ? [] : tree(one.why, 1)),
  ];
}

/** One line a part: its value, then its text; what made it so is below it. */
function tree({ text: source, value, item, children }: Part, depth: number): readonly Block[] {
  const label = item === undefined ? '' : `[${itemName(item)}] `;
  const tone = value === 'true' ? 'good' : value === 'false' ? 'bad' : 'soft';
  return [
    line(toned(tone, `${'  '.repeat(depth)}${label}${value}  <-  ${source}`)),
    ...children.flatMap((child) => tree(child, depth + 1)),
  ];
}

function itemName({ variable, index, name, key }: NonNullable<Part['item']>): string {
  const place = key ?? (index === undefined ? '' : String(index));
  return `${variable} = ${name ?? place}${name !== undefined && place !== '' ? ` (${place})` : ''}`;
}
