import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line } from '../cli/view';
import { leftOutBlocks } from './left-out-view';
import { changeBlocks, countLine } from './operation-view';
import { TARGET_FLAGS } from './target-flags';

export const sharedPreviewCommand = defineCommand({
  name: 'shared preview',
  summary: text(
    'show what `shared up` would do; changes nothing',
    '`shared up`이 무엇을 할지 보여 주고 아무것도 변경하지 않습니다',
  ),
  positionals: {},
  flags: TARGET_FLAGS,
  examples: [{ command: 'testbed shared preview', summary: text('before an upgrade', '업그레이드 전에 확인') }],
  handler: async (args, context) => (await import('../../operations/shared.js')).sharedPreview(args, context),
  view: ({ operation, rulesLeftOut }) => [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...leftOutBlocks(rulesLeftOut),
    line(
      operation.changes.length === 0
        ? text('nothing to change', '변경할 것이 없습니다')
        : text('next: npx testbed shared up', '다음 단계: npx testbed shared up'),
    ),
  ],
});
