import { text, type Text } from '../../errors';
import type { ImagesBuildResult } from '../../operations/images';
import { defineCommand } from '../cli/command';
import { line, table, type Block } from '../cli/view';
import { changesView, megabytes, outdatedView, shortDigest } from './image-words';
import { optionalWord } from '../cli/flags';
import { TARGET_FLAGS } from './target-flags';

type Built = ImagesBuildResult['images'][number];

const OUTCOMES: Readonly<Record<Built['outcome'], Text>> = {
  new: text('new', '신규'),
  unchanged: text('unchanged', '변경 없음'),
  changed: text('changed', '변경됨'),
};

export const imagesBuildCommand = defineCommand({
  name: 'images build',
  summary: text('build images from Debian packages', 'Debian 패키지로 이미지를 빌드합니다'),
  description: text(
    "Without a name it builds all. Packages come from this machine's own Debian sources, or from TESTBED_DEBIAN_MIRROR; signatures are always checked. No root, no daemon and no registry is needed. The same packages give the same digest; when newer ones changed an image, it says what changed and which testbeds still run the old one.",
    '이름을 지정하지 않으면 모두 빌드합니다. 패키지는 이 컴퓨터의 Debian 저장소 설정이나 TESTBED_DEBIAN_MIRROR에서 받으며 서명을 항상 확인합니다. root 권한, 데몬, 레지스트리가 필요 없습니다. 패키지가 같으면 다이제스트도 같고, 새 패키지로 이미지가 바뀌면 바뀐 내용과 이전 이미지를 쓰는 테스트베드를 알려 줍니다.',
  ),
  positionals: { name: optionalWord(text('only this one', '이 이미지만')) },
  flags: TARGET_FLAGS,
  examples: [
    { command: 'testbed images build', summary: text('all of them', '모두 빌드') },
    { command: 'testbed images build postgres', summary: text('one', '하나만 빌드') },
  ],
  whenInterrupted: text(
    'finished images and downloaded packages stay: `testbed images build` goes on',
    '완료된 이미지와 내려받은 패키지는 남아 있습니다. `testbed images build`로 이어서 하세요',
  ),
  handler: async (args, context) => (await import('../../operations/images.js')).imagesBuild(args, context),
  view: ({ images, outdated }) => [
    table(
      [text('IMAGE', '이미지'), text('DIGEST', '다이제스트'), text('SIZE', '크기'), text('RESULT', '결과')],
      images.map(({ image, outcome }) => [
        image.reference,
        shortDigest(image.digest),
        megabytes(image.size),
        OUTCOMES[outcome],
      ]),
    ),
    ...images.flatMap(changesOf),
    ...outdatedView(outdated),
  ],
});

function changesOf({ image, changes }: Built): readonly Block[] {
  return changes.length === 0 ? [] : [line(image.name), changesView(changes)];
}
