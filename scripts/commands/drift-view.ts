import { text, type Text } from '../../errors';
import type { DriftResult } from '../../operations/drift';
import { line, table, toned, type Block, type Tone } from '../cli/view';

type Repaired = NonNullable<DriftResult['repaired']>[number];

const OUTCOMES: Readonly<Record<Repaired['outcome'], readonly [Tone, Text]>> = {
  restored: ['good', text('taken back', '되돌림')],
  created: ['good', text('made anew', '다시 만듦')],
  settled: ['soft', text('was undone already', '이미 원래대로임')],
  refused: ['bad', text('refused', '거부됨')],
  failed: ['bad', text('failed', '실패')],
};

/** What was taken back, from whom, and what could not be. */
export function repairBlocks(repaired: DriftResult['repaired']): readonly Block[] {
  if (repaired === undefined) return [];
  return [
    table(
      [
        text('REPAIR', '되돌리기'),
        text('KIND', '종류'),
        text('NAME', '이름'),
        text('HELD BY', '보유자'),
        text('REASON', '이유'),
      ],
      repaired.map(({ outcome, resourceType, name, managers, left, reason }) => [
        toned(...(left.length > 0 ? (['warn', text('in part', '일부만')] as const) : OUTCOMES[outcome])),
        resourceType.split(':').at(-1) ?? resourceType,
        name,
        managers.join(', '),
        reason ?? (left.length === 0 ? '' : text(`still differ: ${left.join(', ')}`, `남은 차이: ${left.join(', ')}`)),
      ]),
    ),
  ];
}

/** Which differences are too fresh to be repaired unseen. */
export function settlingBlocks({ strikes, repaired }: DriftResult): readonly Block[] {
  const handled = new Set((repaired ?? []).map(({ urn }) => urn));
  const fresh = strikes.filter(({ urn, seenAgain }) => !seenAgain && !handled.has(urn)).length;
  if (fresh === 0) return [];
  return [
    line(
      toned(
        'soft',
        text(
          `${fresh} seen for the first time or a moment ago: --repair takes back what a later look finds again`,
          `${fresh}개는 처음 발견했거나 방금 발견했습니다. 다음 확인에서도 남아 있으면 --repair로 되돌립니다`,
        ),
      ),
    ),
  ];
}
