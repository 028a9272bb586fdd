import { text, type Text } from '../../errors';
import type { ListedTestbed } from '../../operations/list';
import type { ShownObject } from '../../operations/show';
import { line, toned, type Block, type Cell, type Tone } from '../cli/view';

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

/** How one object of a testbed is. */
export const OBJECT_STATES: Readonly<Record<ShownObject['state'], readonly [Tone, Text]>> = {
  ready: ['good', text('ready', '준비됨')],
  waiting: ['warn', text('waiting', '대기 중')],
  failed: ['bad', text('failed', '실패')],
};

/** Said wherever somebody could take simulated workloads for running ones. */
export const SIMULATED_NODES: Block = line(
  toned(
    'warn',
    text(
      'nodes are simulated: workloads look ready and do not run',
      '모의 노드입니다. 워크로드는 준비된 것으로 보이지만 실제로 실행되지 않습니다',
    ),
  ),
);

/** What one would run next, as it is typed. */
export function nextStep(command: string): Text {
  return text(`next: ${command}`, `다음 단계: ${command}`);
}
