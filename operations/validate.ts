import { judgeGrade, readSpecFile, specInvalid, type AdmittedSpec } from '../spec';
import { specPath } from './spec-file';
import type { Surroundings } from './surroundings';

export interface ValidateOptions {
  /** Path of the testbed.yaml. Default `testbed.yaml` in the working directory. */
  readonly file?: string | undefined;
}

export interface ValidateResult {
  /** Absolute. */
  readonly file: string;
  /** The spec with its defaults. */
  readonly spec: AdmittedSpec;
}

/** Judges a spec without touching anything. Throws SpecInvalid with every issue on its line, SpecUnreadable, GradeRefused. */
export function validate(options: ValidateOptions, surroundings: Surroundings): Promise<ValidateResult> {
  const file = specPath(options.file, surroundings);
  const loaded = readSpecFile(file, { now: surroundings.now() });
  if (!loaded.ok) return Promise.reject(specInvalid(loaded));
  const judged = judgeGrade(loaded.spec);
  if (!judged.ok) return Promise.reject(judged.refusal);
  return Promise.resolve({ file, spec: judged.spec });
}
