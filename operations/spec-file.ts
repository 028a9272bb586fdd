import { isAbsolute, join } from 'node:path';
import { judgeGrade, readSpecFile, specInvalid, type AdmittedSpec, type LoadResult } from '../spec';
import type { Surroundings } from './surroundings';

/** Where a spec is looked for when no file is named. */
export const DEFAULT_SPEC_FILE = 'testbed.yaml';

/** Reads a spec that may be provisioned. Throws SpecInvalid with every issue drawn on its line, SpecUnreadable, GradeRefused. */
export function readProvisionableSpec(file: string | undefined, surroundings: Surroundings): AdmittedSpec {
  return requireProvisionable(readSpecFile(specPath(file, surroundings), { now: surroundings.now() }));
}

/** The spec of a load that may be provisioned. Throws SpecInvalid, GradeRefused. */
export function requireProvisionable(loaded: LoadResult): AdmittedSpec {
  if (!loaded.ok) throw specInvalid(loaded);
  const judged = judgeGrade(loaded.spec);
  if (!judged.ok) throw judged.refusal;
  return judged.spec;
}

export function specPath(file: string | undefined, surroundings: Surroundings): string {
  const named = file ?? DEFAULT_SPEC_FILE;
  return isAbsolute(named) ? named : join(surroundings.cwd, named);
}
