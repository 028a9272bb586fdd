import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord, wordFlag } from '../cli/flags';
import { facts } from '../cli/view';
import { megabytes } from './image-words';

export const imagesImportCommand = defineCommand({
  name: 'images import',
  summary: text('take an image from an OCI archive', 'OCI 아카이브에서 이미지를 가져옵니다'),
  description: text(
    'For machines that cannot build: `testbed images export` writes such an archive elsewhere. Every part is compared with its digest before anything is taken; who made the archive is yours to know.',
    '빌드할 수 없는 컴퓨터에서 사용합니다. 다른 컴퓨터에서 `testbed images export`로 아카이브를 만듭니다. 모든 부분을 다이제스트와 비교한 뒤에만 저장합니다. 아카이브를 만든 주체가 믿을 만한지는 직접 확인해야 합니다.',
  ),
  positionals: { file: requiredWord(text('the archive', '아카이브 파일')) },
  flags: {
    as: wordFlag({
      placeholder: 'NAME:VERSION',
      summary: text('what it is to be called, for an archive that does not say', '아카이브에 이름이 없을 때 쓸 이름'),
    }),
  },
  examples: [
    { command: 'testbed images import postgres.tar', summary: text('under its own name', '원래 이름으로 가져오기') },
    {
      command: 'testbed images import other.tar --as postgres:15',
      summary: text('under a name of ours', '지정한 이름으로 가져오기'),
    },
  ],
  whenInterrupted: text('nothing of it stays; run it again', '남은 것이 없습니다. 다시 실행하세요'),
  handler: async (args, context) => (await import('../../operations/images.js')).imagesImport(args, context),
  view: ({ reference, digest, size, packages }) => [
    facts(
      [text('image', '이미지'), reference],
      [text('digest', '다이제스트'), digest],
      [text('size', '크기'), megabytes(size)],
      [text('packages', '패키지 수'), String(packages)],
    ),
  ],
});
