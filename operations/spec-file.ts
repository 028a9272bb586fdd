import { isAbsolute, join } from 'node:path';
import { TestbedError, text, verbatim } from '../errors';
import type { Spec } from '../spec';
import { gradeRefusal, readSpecFile, renderIssues } from '../spec';
import type { Surroundings } from './surroundings';

/** Where a spec is looked for when no file is named. */
export const DEFAULT_SPEC_FILE = 'testbed.yaml';

/** Reads a spec that may be provisioned. Throws SpecInvalid with every issue drawn on its line, SpecUnreadable, GradeRefused. */
export function readProvisionableSpec(file: string | undefined, surroundings: Surroundings): Spec {
  const path = specPath(file, surroundings);
  const outcome = readSpecFile(path, { now: surroundings.now() });
  if (!outcome.ok) throw outcome.error;
  return outcome.spec;
}

export function specPath(file: string | undefined, surroundings: Surroundings): string {
  const named = file ?? DEFAULT_SPEC_FILE;
  return isAbsolute(named) ? named : join(surroundings.cwd, named);
}
