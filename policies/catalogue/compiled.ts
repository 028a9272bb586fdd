import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Rule, SharedVariable } from '../rule';
import type { BaselineDocument } from './baseline-schema';

/** The shipped rules without fixtures, as the build writes them beside the built files. */
export interface CompiledCatalogue {
  readonly rules: readonly { readonly rule: Rule; readonly topic: string }[];
  readonly variables: readonly SharedVariable[];
  readonly baselines: readonly BaselineDocument[];
}

const FORM = 1;

/** The build wrote the content from judged files a moment after these sources: only its form is looked at. */
const compiledSchema = z.object({
  form: z.literal(FORM),
  rules: z.array(z.custom<{ rule: Rule; topic: string }>((value) => typeof value === 'object' && value !== null)),
  variables: z.array(z.custom<SharedVariable>((value) => typeof value === 'object' && value !== null)),
  baselines: z.array(z.custom<BaselineDocument>((value) => typeof value === 'object' && value !== null)),
});

/** Beside the built files; sources have none. */
const FILE = join(__dirname, '..', 'catalogue.json');

/** The compiled catalogue; undefined where the program runs from its sources, or where the build found the rules wrong. */
export function readCompiled(): CompiledCatalogue | undefined {
  if (!existsSync(FILE)) return undefined;
  return compiledSchema.parse(JSON.parse(readFileSync(FILE, 'utf8')));
}

/** Writes it beside these built files. */
export function writeCompiled(catalogue: CompiledCatalogue): void {
  writeFileSync(FILE, JSON.stringify({ form: FORM, ...catalogue }));
}
