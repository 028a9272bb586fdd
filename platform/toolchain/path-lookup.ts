import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../host/atomic-file';
import { askVersion } from './ask-version';
import type { Settings } from './settings';
import type { ResolvedTool, Tool } from './tool';
import { codeOf } from './tool-errors';
import { isWithin } from './versions';

/** What files on PATH said when they were asked, by `tool:path`; a file of another size, time or inode is asked again. */
const verdictsSchema = z.record(
  z.string(),
  z.object({ size: z.number(), mtimeMs: z.number(), ino: z.number(), version: z.string().nullable() }),
);
type Verdicts = z.infer<typeof verdictsSchema>;
type Verdict = Verdicts[string];

const KEPT_VERDICTS = 200;

/** Absolute paths of all executables of that name on PATH, in its order. Relative entries are not looked at. */
export function executablesOnPath(name: string, path: string | undefined): string[] {
  const folders = new Set((path ?? '').split(delimiter).filter((folder) => isAbsolute(folder)));
  return [...folders].map((folder) => join(folder, name)).filter(isExecutable);
}

function isExecutable(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The first suitable file on PATH. A file is run only when it was not asked before in its present state. */
export async function findOnPath(tool: Tool, settings: Settings): Promise<ResolvedTool | undefined> {
  const candidates = executablesOnPath(tool.name, settings.environment['PATH']);
  if (candidates.length === 0) return undefined;
  const verdicts = readVerdicts(settings.cacheDirectory);
  for (const path of candidates) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    const key = `${tool.name}:${path}`;
    const known = verdicts[key];
    let version = known?.version;
    if (known === undefined || known.size !== stat.size || known.mtimeMs !== stat.mtimeMs || known.ino !== stat.ino) {
      version = (await askVersion(tool, path, settings)) ?? null;
      rememberVerdict(settings.cacheDirectory, key, { size: stat.size, mtimeMs: stat.mtimeMs, ino: stat.ino, version });
    }
    if (typeof version === 'string' && isSuitable(tool, version))
      return { name: tool.name, version, path, source: 'path' };
  }
  return undefined;
}

/** Whether a file that says this version will do. */
export function isSuitable({ suitable, version: pinned }: Tool, version: string): boolean {
  return suitable === 'pinned' ? version === pinned : isWithin(version, suitable);
}

function readVerdicts(cacheDirectory: string): Verdicts {
  try {
    const parsed = verdictsSchema.safeParse(JSON.parse(readFileSync(join(cacheDirectory, 'path.json'), 'utf8')));
    return parsed.success ? parsed.data : {};
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return {};
    throw error;
  }
}

/** Verdicts only save time: a cache that can't be written loses them, two writers at once may lose one. */
function rememberVerdict(cacheDirectory: string, key: string, verdict: Verdict): void {
  try {
    storeVerdict(cacheDirectory, key, verdict);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')) throw error;
  }
}

function storeVerdict(cacheDirectory: string, key: string, verdict: Verdict): void {
  const others = Object.entries(readVerdicts(cacheDirectory)).filter(([other]) => other !== key);
  const kept = Object.fromEntries([...others, [key, verdict] as const].slice(-KEPT_VERDICTS));
  const file = join(cacheDirectory, 'path.json');
  mkdirSync(cacheDirectory, { recursive: true, mode: 0o755 });
  writeWhole(file, JSON.stringify(kept), { mode: 0o644 });
}
