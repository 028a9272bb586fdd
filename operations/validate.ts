import type { AdmittedSpec } from '../spec';
import { readProvisionableSpec, specPath } from './spec-file';
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
export function validate(options: ValidateOptions, surroundings: Surroundings): ValidateResult {
  const file = specPath(options.file, surroundings);
  return { file, spec: readProvisionableSpec(file, surroundings) };
}
