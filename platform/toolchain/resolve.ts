import { isTestbedError, TestbedError, text, verbatim, type Text } from '../../errors';
import { openStep, type Step } from '../step';
import { resolveCached } from './cached-tool';
import { BuildUnavailable } from './go-build';
import { toolsMissing, type MissingTool } from './missing';
import { findOnPath } from './path-lookup';
import type { Provider } from './provider';
import { readSettings, type Settings, type ToolchainOptions } from './settings';
import type { ResolvedTool, Tool, ToolName } from './tool';
import { DownloadFailure, explainFileError, interrupted, titleOf } from './tool-errors';
import { runsHere, TOOLS } from './tools';

/**
 * Provides each tool: a suitable one on PATH, the cache, the vendor's download, a build; whichever `from` allows, in its order
 * (the cache comes before the first of download and build). What is in the cache costs no process and no reading.
 * Progress: one step `tool:<name>` each.
 *
 * Throws ToolMissing (all that is missing at once, with the paths where files may be put), ToolDamaged, ToolDownloadFailed
 * (also at once when a checksum is wrong: that is never passed over), ToolBuildFailed, NoSpace, NoPermission, UsageWrong, Interrupted.
 */
export async function resolveTools<Name extends ToolName>(
  names: readonly Name[],
  options: ToolchainOptions = {},
): Promise<Record<Name, ResolvedTool>> {
  const settings = readSettings(options);
  const foreign = names.filter((name) => !runsHere(TOOLS[name], settings));
  if (foreign.length > 0) throw onLinuxOnly(foreign, settings);
  const run = new Run(settings);
  const resolved: Partial<Record<ToolName, ResolvedTool>> = {};
  const missing: MissingTool[] = [];
  try {
    for (const [index, name] of names.entries()) {
      const outcome = await run.resolve(TOOLS[name], index + 1, names.length);
      if ('tool' in outcome) missing.push(outcome);
      else resolved[name] = outcome;
    }
  } catch (error) {
    if (settings.signal?.aborted === true) throw interrupted(error);
    throw explainFileError(error, settings.cacheDirectory);
  } finally {
    await run.close();
  }
  if (missing.length > 0) throw await toolsMissing(missing, settings);
  if (hasAll(resolved, names)) return resolved;
  throw new Error('a tool is neither resolved nor missing');
}

function onLinuxOnly(names: readonly ToolName[], { platformName }: Settings): TestbedError {
  return new TestbedError(
    'ToolMissing',
    text(
      `${names.join(', ')} run on Linux only, and this machine is ${platformName}: use simulated nodes`,
      `Linux에서만 쓸 수 있는 도구: ${names.join(', ')}. 이 컴퓨터는 ${platformName}이므로 모의 노드를 사용하십시오`,
    ),
    { hint: text('testbed cluster up --nodes simulated', 'testbed cluster up --nodes simulated') },
  );
}

function hasAll<Name extends ToolName>(
  resolved: Partial<Record<ToolName, ResolvedTool>>,
  names: readonly Name[],
): resolved is Record<Name, ResolvedTool> {
  return names.every((name) => resolved[name] !== undefined);
}

/** One call of resolveTools. What downloads and builds is loaded when the first tool is missing: most calls find all there. */
class Run {
  readonly #settings: Settings;
  #provider: Provider | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async close(): Promise<void> {
    await this.#provider?.close();
  }

  async resolve(tool: Tool, index: number, total: number): Promise<ResolvedTool | MissingTool> {
    const { limits, onProgress } = this.#settings;
    const step = openStep(
      { id: `tool:${tool.name}`, title: verbatim(titleOf(tool)), index, total },
      onProgress,
      limits.progressMs,
    );
    try {
      const outcome = await this.#trySources(tool, step);
      if ('tool' in outcome) step.close('failed', outcome.reasons.at(-1)?.text);
      else step.close('done', describe(outcome));
      return outcome;
    } catch (error) {
      step.close('failed', isTestbedError(error) ? error.text : undefined);
      throw error;
    }
  }

  async #trySources(tool: Tool, step: Step): Promise<ResolvedTool | MissingTool> {
    const settings = this.#settings;
    const reasons: TestbedError[] = [];
    let cacheIsAsked = false;
    const askCache = async (): Promise<ResolvedTool | undefined> => {
      if (cacheIsAsked) return undefined;
      cacheIsAsked = true;
      return resolveCached(tool, settings);
    };
    for (const source of settings.from) {
      settings.signal?.throwIfAborted();
      if (source === 'path') {
        const found = await findOnPath(tool, settings);
        if (found !== undefined) return found;
        continue;
      }
      const cached = await askCache();
      if (cached !== undefined) return cached;
      if (settings.offline) continue;
      try {
        this.#provider ??= new (await import('./provider.js')).Provider(settings);
        return await this.#provider.provide(tool, source, step);
      } catch (error) {
        if (!mayFallBack(error)) throw error;
        reasons.push(error);
      }
    }
    const cached = await askCache();
    if (cached !== undefined) return cached;
    const [only] = reasons;
    if (only instanceof DownloadFailure && !settings.from.includes('build')) throw only;
    return { tool, reasons };
  }
}

/** A source that can't serve gives way to the next; a file that is not what was published stops everything. */
function mayFallBack(error: unknown): error is TestbedError {
  return error instanceof BuildUnavailable || (error instanceof DownloadFailure && error.kind !== 'wrong-checksum');
}

function describe({ source, path }: ResolvedTool): Text {
  switch (source) {
    case 'path':
      return text(`on PATH: ${path}`, `PATH에 있음: ${path}`);
    case 'cache':
      return text('in the cache', '캐시에 있음');
    case 'download':
      return text('downloaded, checksum right', '내려받음, 체크섬 일치');
    case 'build':
      return text('built from its Go module', 'Go 모듈에서 빌드함');
  }
}
