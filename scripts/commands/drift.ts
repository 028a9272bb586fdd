import { TestbedError, text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord } from '../cli/flags';
import { line } from '../cli/view';
import { changeBlocks, countLine } from './operation-view';
import { TARGET_FLAGS } from './target-flags';

export const driftCommand = defineCommand({
  name: 'drift',
  summary: text('compare what was provisioned with what is there', '구성한 내용과 현재 상태를 비교합니다'),
  description: text(
    'Changes nothing. Exits 1 where something differs.',
    '아무것도 변경하지 않습니다. 다른 점이 있으면 종료 코드 1로 끝납니다.',
  ),
  positionals: { name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: TARGET_FLAGS,
  examples: [
    { command: 'testbed drift care-lab', summary: text('what was changed by hand', '수동으로 변경된 내용 확인') },
  ],
  handler: async (args, context) => (await import('../../operations/drift.js')).drift(args, context),
  view: ({ testbed, drifted, operation }) => [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...(drifted
      ? []
      : [line(text(`'${testbed.name}' is as it was provisioned`, `'${testbed.name}'은(는) 구성한 그대로입니다`))]),
  ],
  failure: ({ testbed, drifted, operation }) =>
    drifted
      ? new TestbedError(
          'DriftFound',
          text(
            `${operation.changes.length} objects of '${testbed.name}' differ from what was provisioned`,
            `'${testbed.name}'의 객체 ${operation.changes.length}개가 구성한 내용과 다릅니다`,
          ),
          { hint: text('bring it back with its spec: testbed up -f FILE', '명세로 되돌리기: testbed up -f 파일') },
        )
      : undefined,
});
