import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { optionalWord, requiredWord } from '../cli/flags';
import { facts, line } from '../cli/view';
import { changesView, outdatedView, shortDigest } from './image-words';
import { TARGET_FLAGS } from './target-flags';

export const imagesDiffCommand = defineCommand({
  name: 'images diff',
  summary: text(
    'show which packages differ, and who runs an older image',
    '달라진 패키지와 이전 이미지를 쓰는 테스트베드를 보여 줍니다',
  ),
  description: text(
    'With one image it compares with what a build would give now, without building. An older one is named by digest: postgres@sha256:...',
    '이미지를 하나만 지정하면 지금 빌드할 때의 결과와 비교하며 실제로 빌드하지는 않습니다. 이전 이미지는 postgres@sha256:...처럼 다이제스트로 지정합니다.',
  ),
  positionals: {
    before: requiredWord(text('the image', '이미지')),
    after: optionalWord(text('compare with this one', '비교할 이미지')),
  },
  flags: TARGET_FLAGS,
  examples: [
    {
      command: 'testbed images diff postgres',
      summary: text('is it worth building again?', '다시 빌드할 필요가 있는지 확인'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/images.js')).imagesDiff(args, context),
  view: ({ name, from, to, changes, outdated }) => [
    facts(
      [text('image', '이미지'), name],
      [text('from', '이전'), shortDigest(from)],
      [text('to', '이후'), to === undefined ? text('a build now', '지금 빌드할 경우') : shortDigest(to)],
    ),
    changes.length === 0 ? line(text('no package differs', '달라진 패키지가 없습니다')) : changesView(changes),
    ...outdatedView(outdated),
  ],
});
