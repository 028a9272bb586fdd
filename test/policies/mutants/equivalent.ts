import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../package/root';

const file = z.array(z.strictObject({ rule: z.string(), mutation: z.string(), reason: z.string().min(10) }));

/** Mutations that nothing can notice, by the rule (or `variables.<name>`) that they are mutations of. */
export function equivalentMutations(): ReadonlyMap<string, readonly string[]> {
  const path = join(packageRoot(), 'test/policies/mutants/equivalent.yaml');
  const listed = file.parse(parse(readFileSync(path, 'utf8')));
  const names = new Set(listed.map(({ rule }) => rule));
  return new Map(
    [...names].map((name) => [name, listed.filter(({ rule }) => rule === name).map(({ mutation }) => mutation)]),
  );
}
