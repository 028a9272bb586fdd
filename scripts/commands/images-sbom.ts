import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredWord } from '../cli/flags';
import { document } from '../cli/view';

export const imagesSbomCommand = defineCommand({
  name: 'images sbom',
  summary: text(
    'print what an image is made of, as CycloneDX 1.6',
    '이미지의 구성 요소를 CycloneDX 1.6으로 출력합니다',
  ),
  description: text(
    "Made from the image's own package database; programs that come from no package are listed by name, version and checksum. The same image gives the same document.",
    '이미지의 패키지 데이터베이스로 작성합니다. 패키지가 아닌 프로그램은 이름, 버전, 체크섬으로 적습니다. 같은 이미지에서는 항상 같은 문서가 나옵니다.',
  ),
  positionals: { name: requiredWord(text('the image', '이미지')) },
  flags: {},
  examples: [
    { command: 'testbed images sbom postgres > postgres.cdx.json', summary: text('for a scanner', '취약점 스캐너용') },
  ],
  handler: async (args, context) => (await import('../../operations/images.js')).imagesSbom(args, context),
  view: (sbom) => [document(`${JSON.stringify(sbom, undefined, 2)}\n`)],
});
