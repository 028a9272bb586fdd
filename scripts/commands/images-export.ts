import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord, wordFlag } from '../cli/flags';
import { facts } from '../cli/view';

export const imagesExportCommand = defineCommand({
  name: 'images export',
  summary: text(
    'write an image as an OCI archive, or push it to a registry',
    '이미지를 OCI 아카이브나 레지스트리로 내보냅니다',
  ),
  description: text(
    "The archive is what containerd and `testbed images import` take. A registry is pushed to by the OCI distribution API, over https; its login comes from the file that TESTBED_REGISTRY_AUTH_FILE names, in the form of docker's config.json.",
    '아카이브는 containerd와 `testbed images import`로 가져올 수 있습니다. 레지스트리에는 https로 OCI 배포 API를 사용해 올리며, 로그인 정보는 TESTBED_REGISTRY_AUTH_FILE로 지정한 파일(docker config.json 형식)에서 읽습니다.',
  ),
  positionals: { name: requiredWord(text('the image', '이미지')) },
  flags: {
    file: wordFlag({ placeholder: 'FILE', file: true, summary: text('write an archive there', '아카이브를 쓸 파일') }),
    registry: wordFlag({
      placeholder: 'URL',
      summary: text('push to this registry, below the path given', '지정한 레지스트리 경로 아래로 올립니다'),
    }),
  },
  examples: [
    {
      command: 'testbed images export postgres --file postgres.tar',
      summary: text('to carry it in', '반입용 파일 작성'),
    },
    {
      command: 'testbed images export postgres --registry https://registry.example/cloud',
      summary: text('as cloud/testbed/postgres:15', 'cloud/testbed/postgres:15로 올리기'),
    },
  ],
  whenInterrupted: text(
    'no half file stays; a registry keeps what it has, and the next push goes on from there',
    '미완성 파일은 남지 않습니다. 레지스트리에 올라간 부분은 유지되어 다음에 이어집니다',
  ),
  handler: async (args, context) => (await import('../../operations/images.js')).imagesExport(args, context),
  view: ({ image, to }) => [
    facts(
      [text('image', '이미지'), image.reference],
      [text('digest', '다이제스트'), image.digest],
      [text('to', '내보낸 곳'), to],
    ),
  ],
});
