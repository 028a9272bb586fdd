import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../package/root';
import type { Fixture } from '../../../policies/rule';

/** Something that a rule is held to beside its fixtures. */
export interface Further {
  readonly rule: string;
  readonly verdict: 'pass' | 'fail';
  readonly fixture: Fixture;
}

const object = z.record(z.string(), z.unknown());
const file = z.strictObject({
  texts: z.array(
    z.strictObject({
      rule: z.string(),
      params: z.record(z.string(), z.array(z.string())).optional(),
      objects: z.array(object).min(1),
      fails: z.array(z.string()).min(1),
      passes: z.array(z.string()).min(1),
    }),
  ),
  objects: z.array(z.strictObject({ rule: z.string(), name: z.string(), verdict: z.enum(['pass', 'fail']), object })),
});

/** The table of test/policies/mutants/further.yaml, an object for each text of it, and objects that are too large for a table. */
export function furtherCases(): readonly Further[] {
  const path = join(packageRoot(), 'test/policies/mutants/further.yaml');
  const { texts, objects } = file.parse(parse(readFileSync(path, 'utf8')));
  return [
    ...texts.flatMap(({ rule, params, objects: shapes, fails, passes }) =>
      shapes.flatMap((shape) =>
        (['fail', 'pass'] as const).flatMap((verdict) =>
          (verdict === 'fail' ? fails : passes).map((text): Further => {
            const named = {
              name: `${verdict === 'pass' ? 'passes' : 'fails'} with '${text}'`,
              object: withText(shape, text),
            };
            return { rule, verdict, fixture: params === undefined ? named : { ...named, params: joined(params) } };
          }),
        ),
      ),
    ),
    ...objects.map(({ rule, verdict, name, object: alone }): Further => ({
      rule,
      verdict,
      fixture: { name, object: alone },
    })),
    // Patterns search 50,000 characters; in more of them only the end of a private key is looked for.
    settings('fail', 50_000, 'password=hunter2'),
    settings('pass', 50_001, 'password=hunter2'),
    settings('fail', 50_001, '-----BEGIN PRIVATE KEY-----'),
    settings('pass', 50_001, '-----BEGIN CERTIFICATE-----'),
  ];
}

function settings(verdict: Further['verdict'], length: number, text: string): Further {
  const data = { large: 'x'.repeat(length - text.length), text };
  return {
    rule: 'secret-not-in-clear',
    verdict,
    fixture: {
      name: `${length} characters, ${text}`,
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data },
    },
  };
}

/** Params stand in CEL as text, a list one item a line. */
function joined(params: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([key, items]) => [key, items.join('\n')]));
}

function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return value.replaceAll('TEXT', () => text);
  if (Array.isArray(value)) return value.map((item: unknown) => withText(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.replaceAll('TEXT', () => text), withText(member, text)]),
  );
}
