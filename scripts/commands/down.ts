import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { duration } from '../cli/duration';
import { severalWords, switchFlag } from '../cli/flags';
import { facts, line, toned, type Block } from '../cli/view';
import type { DownResult } from '../../operations/down';
import { AT_ONCE_FLAG, manyBlocks } from './many-view';
import { countLine } from './operation-view';
import { PROVIDER_FLAG } from './provider-flag';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

export const downCommand = defineCommand({
  name: 'down',
  summary: text(
    'end a testbed with its data and prove that nothing is left',
    '테스트베드를 데이터와 함께 종료하고 남은 것이 없음을 확인합니다',
  ),
  description: text(
    'Asks first. Works from the recorded state alone, then looks for leftovers by label and by name; exits 1 and names them where there are any.',
    '먼저 확인을 받습니다. 기록된 상태만으로 종료한 뒤 레이블과 이름으로 남은 객체를 찾고, 남은 것이 있으면 알려 주고 종료 코드 1로 끝납니다.',
  ),
  positionals: { name: severalWords(text('names or ids of testbeds', '테스트베드의 이름 또는 ID')) },
  flags: {
    all: switchFlag({ summary: text('every testbed of this site', '이 사이트의 모든 테스트베드') }),
    ...AT_ONCE_FLAG,
    ...YES_FLAG,
    ...TARGET_FLAGS,
    ...PROVIDER_FLAG,
  },
  examples: [
    { command: 'testbed down care-lab', summary: text('asks, then ends it', '확인 후 종료') },
    { command: 'testbed down care-lab --yes', summary: text('in a script', '스크립트에서 사용') },
    {
      command: 'testbed down care-lab city-lab',
      summary: text('asks once, then ends both', '한 번 확인한 뒤 둘 다 종료'),
    },
  ],
  whenInterrupted: text(
    'objects of the testbed may be left: `testbed down NAME` goes on',
    '테스트베드의 객체가 남아 있을 수 있습니다. `testbed down 이름`으로 이어서 종료하세요',
  ),
  handler: async ({ name: names, 'at-once': atOnce, ...args }, context) => {
    const [{ downAll }, { withProvider }] = await Promise.all([
      import('../../operations/down-many.js'),
      import('../../operations/with-provider.js'),
    ]);
    return downAll({ ...args, names, atOnce }, withProvider(args, context));
  },
  failure: (result) => ('testbeds' in result ? result.failure : undefined),
  view: (result) => ('testbeds' in result ? manyBlocks(result.testbeds, result.elapsedMs) : oneView(result)),
});

function oneView({ testbed, operation, emptiness, elapsedMs }: DownResult): readonly Block[] {
  return [
    countLine(operation),
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('kinds checked', '확인한 종류'), String(emptiness.kindsChecked)],
      [text('objects found', '남은 객체'), String(emptiness.objectsFound)],
      [text('proved at', '확인 시각'), emptiness.provedAt],
    ),
    line(
      text(
        `ended in ${duration(elapsedMs).en}; nothing is left`,
        `${duration(elapsedMs).ko} 만에 종료했습니다. 남은 것이 없습니다`,
      ),
    ),
  ];
}
