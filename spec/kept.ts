import { judgeGrade, type AdmittedSpec } from './grade';
import { specSchema } from './schema';

/**
 * A spec that was admitted once and kept as JSON; undefined for what no version of the schema lets through any more. Knows no clock: what
 * has ended meanwhile is still the spec of what stands.
 */
export function readKeptSpec(kept: unknown): AdmittedSpec | undefined {
  const parsed = specSchema.safeParse(kept);
  if (!parsed.success) return undefined;
  const judged = judgeGrade(parsed.data);
  return judged.ok ? judged.spec : undefined;
}
