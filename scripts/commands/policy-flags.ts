import { TestbedError, text } from '../../errors';
import { optionalChoiceFlag, wordFlag } from '../cli/flags';

/** Where a site's own rules come from. */
export const RULES_FLAG = {
  rules: wordFlag({
    placeholder: 'FOLDER',
    file: true,
    summary: text("a site's own rules and baselines beside ours", '기본 규칙에 더할 사이트 규칙과 기준선 폴더'),
  }),
};

/** Grades as the vocabulary has them; written out, so that help loads nothing of the platform. */
export const GRADE_CHOICES = ['open', 'sensitive'] as const;

export const GRADE_FLAG = {
  grade: optionalChoiceFlag(GRADE_CHOICES, {
    placeholder: 'GRADE',
    summary: text('only what is judged at this grade', '이 등급에서 판정하는 규칙만'),
  }),
};

/** The file that must be named. Throws UsageWrong. */
export function objectFile(given: string | undefined, flag: string): string {
  if (given !== undefined && given !== '') return given;
  throw new TestbedError(
    'UsageWrong',
    text(`--${flag} is missing: name a file with the objects`, `--${flag} 옵션이 없습니다. 객체 파일을 지정하십시오`),
  );
}
