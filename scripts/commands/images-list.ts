import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line, table, toned } from '../cli/view';
import { megabytes, shortDigest } from './image-words';

export const imagesListCommand = defineCommand({
  name: 'images list',
  summary: text('list the images of this machine', '이 컴퓨터의 이미지를 보여 줍니다'),
  positionals: {},
  flags: {},
  examples: [{ command: 'testbed images list', summary: text('builds nothing', '아무것도 빌드하지 않음') }],
  handler: async (_, context) => (await import('../../operations/images.js')).imagesList(context),
  view: ({ images, missing }) => [
    table(
      [
        text('IMAGE', '이미지'),
        text('VERSION', '버전'),
        text('DIGEST', '다이제스트'),
        text('SIZE', '크기'),
        text('PACKAGES', '패키지 수'),
        text('NEWEST PACKAGE', '최신 패키지 날짜'),
        text('FROM', '출처'),
      ],
      images.map(({ name, version, digest, size, packages, created, origin }) => [
        name,
        version,
        shortDigest(digest),
        megabytes(size),
        String(packages),
        created.slice(0, 10),
        origin === 'built' ? text('built', '빌드함') : text('imported', '가져옴'),
      ]),
    ),
    ...(missing.length === 0
      ? []
      : [
          line(
            toned(
              'soft',
              text(
                `not there yet: ${missing.join(', ')}; testbed images build makes them`,
                `아직 없음: ${missing.join(', ')}. testbed images build로 만들 수 있습니다`,
              ),
            ),
          ),
        ]),
  ],
});
