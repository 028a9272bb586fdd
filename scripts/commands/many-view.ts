import { text, type Text } from '../../errors';
import { duration } from '../cli/duration';
import { numberFlag } from '../cli/flags';
import { line, table, toned, type Block, type Cell, type Tone } from '../cli/view';

/** How many testbeds are worked on at the same time. */
export const AT_ONCE_FLAG = {
  'at-once': numberFlag({
    placeholder: 'N',
    least: 1,
    most: 32,
    summary: text(
      'how many are worked on at the same time; by cores and free memory without it',
      '동시에 처리할 개수. 지정하지 않으면 코어 수와 여유 메모리에 따라 정합니다',
    ),
  }),
};

interface Row {
  readonly name: string;
  readonly outcome: Outcome;
  readonly elapsedMs?: number;
  readonly error?: { readonly code: string };
}

type Outcome = 'created' | 'changed' | 'unchanged' | 'ended' | 'failed' | 'half-made' | 'not-begun';

const OUTCOMES: Readonly<Record<Outcome, readonly [tone: Tone, words: Text]>> = {
  created: ['good', text('created', '생성')],
  changed: ['good', text('changed', '변경')],
  unchanged: ['soft', text('unchanged', '변경 없음')],
  ended: ['good', text('ended', '종료')],
  failed: ['bad', text('failed', '실패')],
  'half-made': ['warn', text('half-made', '중단됨')],
  'not-begun': ['soft', text('not begun', '시작 안 함')],
};

/** One row a testbed, then the sums. */
export function manyBlocks(testbeds: readonly Row[], elapsedMs: number): readonly Block[] {
  if (testbeds.length === 0) return [line(text('there is no testbed', '테스트베드가 없습니다'))];
  const columns = [text('NAME', '이름'), text('OUTCOME', '결과'), text('TIME', '시간'), text('ERROR', '오류')];
  const rows = testbeds.map(({ name, outcome, elapsedMs: took, error }): readonly Cell[] => [
    name,
    toned(...OUTCOMES[outcome]),
    took === undefined ? '' : duration(took),
    error?.code ?? '',
  ]);
  const sums = Object.entries(OUTCOMES).flatMap(([outcome, [, words]]) => {
    const count = testbeds.filter((one) => one.outcome === outcome).length;
    return count === 0 ? [] : [{ count, words }];
  });
  const [whole, each] = [duration(elapsedMs), duration(elapsedMs / testbeds.length)];
  return [
    table(columns, rows),
    line(
      text(
        `${sums.map(({ count, words }) => `${count} ${words.en}`).join(', ')} in ${whole.en}, ${each.en} a testbed`,
        `${sums.map(({ count, words }) => `${words.ko} ${count}개`).join(', ')}. ${whole.ko} 걸림(하나당 ${each.ko})`,
      ),
    ),
  ];
}
