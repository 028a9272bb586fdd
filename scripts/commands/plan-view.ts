import { text, type Text } from '../../errors';
import type { PreviewResult } from '../../operations/preview';
import { line, table, toned, type Block, type Tone } from '../cli/view';

type Plan = PreviewResult['plan'];
type Remark = Plan['remarks'][number];

/** More remarks than this are counted, not listed; `--output json` has them all. */
const SHOWN_REMARKS = 20;

const VERDICTS: Readonly<Record<Remark['verdict'], readonly [Tone, Text]>> = {
  pass: ['good', text('passed', '통과')],
  fail: ['warn', text('not met', '미충족')],
  unknown: ['soft', text('not known yet', '아직 알 수 없음')],
  error: ['bad', text('not judged', '판정 불가')],
  exempt: ['soft', text('exempt', '예외')],
};

/** What the rules say of a plan that they let through: one row a remark. Nothing where nothing is to say. */
export function planBlocks({ remarks }: Plan): readonly Block[] {
  if (remarks.length === 0) return [];
  const rows = remarks.slice(0, SHOWN_REMARKS).map(({ rule, verdict, object, finding, reason }) => {
    const [tone, word] = VERDICTS[verdict];
    return [rule, toned(tone, word), `${object.kind}/${object.name}`, toned('soft', finding ?? reason ?? '')];
  });
  const hidden = remarks.length - SHOWN_REMARKS;
  return [
    table([text('RULE', '규칙'), text('VERDICT', '판정'), text('OBJECT', '객체'), text('FOUND', '내용')], rows),
    ...(hidden > 0
      ? [
          line(
            toned(
              'soft',
              text(
                `… and ${hidden} more remarks: --output json has all`,
                `… 외 ${hidden}건. 전체는 --output json으로 볼 수 있습니다`,
              ),
            ),
          ),
        ]
      : []),
    line(
      toned(
        'soft',
        text(
          'these refuse nothing; what a rule wants: npx testbed policy show RULE',
          '위 항목은 진행을 막지 않습니다. 규칙 설명: npx testbed policy show 규칙',
        ),
      ),
    ),
  ];
}

/** The same on one line, for whom they are not new. */
export function planLine({ remarks }: Plan): readonly Block[] {
  const count = remarks.length;
  if (count === 0) return [];
  return [
    line(
      toned(
        'soft',
        text(
          `rules: ${count} ${count === 1 ? 'remark' : 'remarks'}, listed by: npx testbed preview`,
          `규칙: 참고 사항 ${count}건, 목록 보기: npx testbed preview`,
        ),
      ),
    ),
  ];
}
