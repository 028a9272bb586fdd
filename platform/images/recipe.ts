import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { TestbedError, text } from '../../errors';
import { packageRoot } from '../../package/root';

/** Absolute, without `.` and `..`: it is joined to the root of an image. */
const absolutePath = z
  .string()
  .regex(/^\/(?:[^/\0]+(?:\/[^/\0]+)*)?$/)
  .refine(isPlain, 'has . or ..');
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/);
const mode = z
  .string()
  .regex(/^[01][0-7]{3}$/)
  .transform((octal) => Number.parseInt(octal, 8));
const owner = z.enum(['root', 'user']).default('root');
const word = z.string().min(1).max(4_096);
const id = z.int().min(0).max(65_535);

const file = z.union([
  z.strictObject({ path: absolutePath, mode: mode.default(0o644), owner, content: z.string() }),
  /** The executable of a tool, which the caller of a build hands in by this name. */
  z.strictObject({ path: absolutePath, mode: mode.default(0o755), owner, tool: z.string().regex(/^[a-z][a-z0-9-]*$/) }),
]);

const schema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  version: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/),
  suite: z.enum(['bookworm']),
  summary: z.strictObject({ en: word, ko: word }),
  /** What is wanted; apt adds what it depends on. */
  packages: z.array(packageName),
  /** What the image can do without, though packages ask for it. */
  without: z.array(z.strictObject({ packages: z.array(packageName).min(1), because: word })).default([]),
  /** Whom the processes run as. */
  user: z.strictObject({ name: z.string().regex(/^[a-z_][a-z0-9_-]*$/), uid: id, gid: id, home: absolutePath }),
  /** Patterns of paths, besides documentation and translations: `*` within a folder, `**` across. */
  leaveOut: z.array(absolutePath).default([]),
  /** Writes the list of authorities that ca-certificates' script would have made. */
  certificates: z.boolean().default(false),
  directories: z.array(z.strictObject({ path: absolutePath, mode, owner })).default([]),
  links: z.array(z.strictObject({ path: absolutePath, to: word })).default([]),
  files: z.array(file).default([]),
  config: z.strictObject({
    entrypoint: z.array(word).optional(),
    cmd: z.array(word).optional(),
    env: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
    workdir: absolutePath,
    stopSignal: z
      .string()
      .regex(/^SIG[A-Z]+$/)
      .optional(),
  }),
});

/** How an image is made, from `recipes/NAME.yaml`. */
export type Recipe = z.output<typeof schema>;

function isPlain(path: string): boolean {
  return !path.split('/').some((part) => part === '.' || part === '..');
}

/** SHA-256 of what a recipe says. */
export function recipeDigest(recipe: Recipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex');
}

/** Where the recipes of this package lie. */
function recipesDirectory(): string {
  return join(packageRoot(), 'platform', 'images', 'recipes');
}

/** The names that there are recipes for, sorted. */
export function recipeNames(directory = recipesDirectory()): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** Reads a recipe. Throws UsageWrong for a name without one; a recipe of ours that can't be read is our bug. */
export function readRecipe(name: string, directory = recipesDirectory()): Recipe {
  const names = recipeNames(directory);
  if (!names.includes(name))
    throw new TestbedError(
      'UsageWrong',
      text(
        `there is no recipe for an image '${name}': use one of ${names.join(', ')}`,
        `'${name}' 이미지의 레시피가 없습니다. 다음 중에서 고르십시오: ${names.join(', ')}`,
      ),
    );
  const path = join(directory, `${name}.yaml`);
  const recipe = schema.parse(parse(readFileSync(path, 'utf8')));
  if (recipe.name !== name) throw new Error(`${path} says it is the recipe of ${recipe.name}`);
  return recipe;
}
