import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Text } from '../../errors';
import { packageRoot } from '../../package/root';

/** The control catalogues that rules map to, in the order in which they are shown: what the site is judged by comes first. */
const CONTROL_CATALOGUES = [
  'n2sf',
  'isms-p',
  'csap',
  'pipc',
  'kisa-cloud',
  'pss',
  'cis-kubernetes',
  'cis-docker',
  'nist-800-190',
] as const;

const words = z.strictObject({ en: z.string().min(1), ko: z.string().min(1) });

const controlSchema = z
  .strictObject({
    id: z.string().min(1),
    en: z.string().min(1).optional(),
    ko: z.string().min(1).optional(),
    /** N2SF: the grades that require the control, of C (classified), S (sensitive), O (open). */
    grades: z
      .string()
      .regex(/^C?S?O?$/)
      .optional(),
    /** Pod Security Standards. */
    level: z.enum(['baseline', 'restricted']).optional(),
    /** CSAP: how far the group could be verified. */
    status: z.enum(['verified', 'secondary', 'unverified']).optional(),
    doubt: words.optional(),
  })
  .transform(({ id, en, ko, grades, level, status, doubt }): Control => ({
    id,
    // What has a name in one language only shows that one.
    name: { en: en ?? ko ?? id, ko: ko ?? en ?? id },
    ...(grades === undefined ? {} : { grades }),
    ...(level === undefined ? {} : { level }),
    ...(status === undefined ? {} : { status }),
    ...(doubt === undefined ? {} : { doubt }),
  }));

const catalogueSchema = z.strictObject({
  key: z.enum(CONTROL_CATALOGUES),
  title: words,
  version: z.string(),
  origin: z.string(),
  licence: z.string(),
  notes: z.array(words),
  controls: z.array(controlSchema),
});

/** One control of a catalogue: its id and short name, never its text. */
export interface Control {
  readonly id: string;
  readonly name: Text;
  readonly grades?: string;
  readonly level?: 'baseline' | 'restricted';
  readonly status?: 'verified' | 'secondary' | 'unverified';
  /** What is not certain about the control as it was extracted. */
  readonly doubt?: Text;
}

/** A catalogue of controls as data, with where it comes from. */
export interface ControlCatalogue {
  readonly key: string;
  readonly title: Text;
  readonly version: string;
  readonly origin: string;
  readonly licence: string;
  readonly notes: readonly Text[];
  readonly controls: readonly Control[];
}

/** All control catalogues. Reads a few small files. */
export function loadControlCatalogues(): readonly ControlCatalogue[] {
  return CONTROL_CATALOGUES.map((key) => {
    const file = join(packageRoot(), 'policies', 'controls', `${key}.json`);
    return catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  });
}
