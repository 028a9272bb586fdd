import { TestbedError, text } from '../errors';
import type { Spec } from './schema';

/** Grades that a shared cluster takes. */
type AdmittedGrade = Exclude<Spec['grade'], 'classified'>;

/** A spec that may be provisioned: everything after `judgeGrade` works with this one. */
export type AdmittedSpec = Spec & { readonly grade: AdmittedGrade };

type GradeJudgement =
  | { readonly ok: true; readonly spec: AdmittedSpec }
  | { readonly ok: false; readonly refusal: TestbedError };

/** Whether a valid spec's grade may be on a shared cluster. `classified` may not: GradeRefused (exit 3), nothing touched. */
export function judgeGrade(spec: Spec): GradeJudgement {
  const { grade } = spec;
  if (grade !== 'classified') return { ok: true, spec: { ...spec, grade } };
  return {
    ok: false,
    refusal: new TestbedError(
      'GradeRefused',
      text(
        `grade 'classified' is refused: testbeds share their cluster's nodes, network and control plane, and classified (C) work needs an environment of its own`,
        `등급 'classified'(기밀)는 받을 수 없습니다: 테스트베드는 노드, 네트워크, 제어 평면을 함께 쓰므로 기밀(C) 업무에는 전용 환경이 필요합니다`,
      ),
      {
        hint: text(
          "grade the work again and write 'open' or 'sensitive' if it holds nothing classified; otherwise ask the security officer for a dedicated environment",
          "기밀 정보가 없다면 등급을 다시 분류해 'open'이나 'sensitive'로 쓰고, 있다면 보안 담당자에게 전용 환경을 요청하십시오",
        ),
      },
    ),
  };
}
