import { z } from 'zod';
import { text } from '../../errors';
import type { SharedVariable } from '../rule';
import { readDocument, type ReadDocument } from './document';
import { CATALOGUE_LIMITS } from './limits';
import { celText, matching } from './texts';

const variablesSchema: z.ZodType<SharedVariable[]> = z
  .array(
    z.strictObject({
      name: matching(/^[a-z][a-z0-9_]{0,40}$/, text('the name of a variable', '변수 이름')),
      expression: celText(CATALOGUE_LIMITS.expression).transform((words) => words.trim()),
    }),
  )
  .max(50);

/** Reads variables.yaml: expressions that rules share, each of which may use those above it. */
export function readVariables(path: string, file: string): ReadDocument<SharedVariable[]> {
  return readDocument(path, file, variablesSchema);
}
