import { text, verbatim } from '../../errors';
import type { SharedStatus } from '../../operations/shared';
import { line, table, toned, type Block } from '../cli/view';

/** Rules that the cluster itself can't judge, and since when it could; nothing where it takes them all. */
export function leftOutBlocks(leftOut: SharedStatus['rulesLeftOut']): readonly Block[] {
  if (leftOut.length === 0) return [];
  return [
    line(
      toned(
        'warn',
        text(
          `${leftOut.length} of the rules: the cluster's Kubernetes is too old to judge by them, which leaves plan and audit`,
          `규칙 ${leftOut.length}개는 더 최신 버전의 쿠버네티스가 필요하므로 이 클러스터에서는 계획과 감사 단계에서만 판정합니다`,
        ),
      ),
    ),
    table(
      [text('RULE', '규칙'), text('NEEDS', '필요 버전')],
      leftOut.map(({ rule, needs }) => [verbatim(rule), verbatim(needs)]),
    ),
  ];
}
