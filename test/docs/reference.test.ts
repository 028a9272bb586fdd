import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = resolve(__dirname, '..', '..');
const execute = promisify(execFile);
const builder: unknown = createRequire(__filename)(join(ROOT, 'bin', 'build.cjs'));
const { build } = z.object({ build: z.function({ input: [], output: z.string() }) }).parse(builder);

test('the generated pages and the JSON Schema are as fresh as the sources', async () => {
  const { stdout, stderr } = await execute(process.execPath, [join(build(), 'scripts', 'generate-main.js'), '--check']);
  expect([stdout, stderr]).toEqual(['', '']);
});

test('every relative link of a document leads to something', () => {
  const broken = documents().flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(dirname(file), target)))
      .map((target) => `${relative(ROOT, file)}: ${target}`),
  );
  expect(broken).toEqual([]);
});

function documents(): readonly string[] {
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(ROOT, 'docs', name));
  const top = readdirSync(ROOT)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(ROOT, name));
  return [...top, ...pages];
}
