import { text, type Text } from '../../errors';
import type { ListedTestbed } from '../../operations/list';
import { toned, type Cell, type Tone } from '../cli/view';

const STATES: Readonly<Record<ListedTestbed['infrastructure'], readonly [Tone, Text]>> = {
  provisioning: ['warn', text('provisioning', '구성 중')],
  ready: ['good', text('ready', '준비됨')],
  failed: ['bad', text('failed', '실패')],
  destroying: ['warn', text('destroying', '종료 중')],
  destroyed: ['soft', text('destroyed', '종료됨')],
  unrecorded: ['warn', text('unrecorded', '기록 없음')],
  missing: ['bad', text('missing', '클러스터에 없음')],
};

/** How a testbed's infrastructure is, in words and tone. */
export function stateCell(state: ListedTestbed['infrastructure']): Cell {
  const [tone, words] = STATES[state];
  return toned(tone, words);
}
