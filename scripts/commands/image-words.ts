import { text } from '../../errors';
import type { ImagesBuildResult } from '../../operations/images';
import { line, table, toned, type Block } from '../cli/view';

type Changes = ImagesBuildResult['images'][number]['changes'];

const KINDS = {
  added: toned('warn', text('added', '추가')),
  removed: toned('warn', text('removed', '제거')),
  changed: toned('strong', text('changed', '변경')),
} as const;

/** Packages that differ. */
export function changesView(changes: Changes): Block {
  return table(
    [text('PACKAGE', '패키지'), text('CHANGE', '구분'), text('FROM', '이전'), text('TO', '이후')],
    changes.map(({ name, kind, from, to }) => [name, KINDS[kind], from ?? '', to ?? '']),
  );
}

/** Who still runs an older image. */
export function outdatedView(outdated: ImagesBuildResult['outdated']): readonly Block[] {
  if (outdated === undefined)
    return [
      line(
        toned(
          'soft',
          text(
            'no cluster answers, so it is not known which testbeds run older images',
            '응답하는 클러스터가 없어 이전 이미지를 쓰는 테스트베드는 확인하지 못했습니다',
          ),
        ),
      ),
    ];
  if (outdated.length === 0)
    return [line(text('no testbed runs an older image', '이전 이미지를 쓰는 테스트베드가 없습니다'))];
  return [
    line(text('these testbeds still run an older image:', '다음 테스트베드가 아직 이전 이미지를 쓰고 있습니다:')),
    table(
      [text('TESTBED', '테스트베드'), text('POD', '파드'), text('IMAGE', '이미지'), text('DIGEST', '다이제스트')],
      outdated.map(({ testbed, pod, image, digest }) => [testbed, pod, image, shortDigest(digest)]),
    ),
  ];
}

/** `sha256:0123456789ab` */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** `48.6 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
