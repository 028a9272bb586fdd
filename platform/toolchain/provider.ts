import { text } from '../../errors';
import type { Step } from '../step';
import { withLock, type LockHolder } from '../../host/file-lock';
import { cachedPath, makeToolFolder, resolveCached } from './cached-tool';
import { Downloader } from './downloader';
import { buildTool, BuildUnavailable } from './go-build';
import { publish } from './publish';
import type { Settings } from './settings';
import type { ResolvedTool, Tool } from './tool';
import { downloadTool, type Provided } from './vendor-download';
import { waitedTooLong } from './waiting';
import { inWorkFolder, sweepWorkFolders } from './work-folder';

/** Downloads and builds into the cache; keeps from tool to tool what was learnt about the network. Close it after use. */
export class Provider {
  readonly #settings: Settings;
  readonly #downloader: Downloader;
  #noModules: BuildUnavailable | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#downloader = new Downloader(settings.environment, settings.limits, settings.signal);
  }

  async close(): Promise<void> {
    await this.#downloader.close();
  }

  /**
   * Gets one tool from one source, alone among all processes; takes what another has put into the cache meanwhile.
   * Throws DownloadFailure, BuildUnavailable, ToolDownloadFailed, ToolBuildFailed, ToolDamaged, or what the disk says.
   */
  async provide(tool: Tool, source: 'download' | 'build', step: Step): Promise<ResolvedTool> {
    const settings = this.#settings;
    if (source === 'build' && this.#noModules !== undefined) throw this.#noModules;
    const folder = await makeToolFolder(tool, settings);
    const onWait = ({ told }: LockHolder, waitedMs: number): void => {
      const pid = told?.process.pid ?? 0;
      if (waitedMs > settings.limits.waitMs) throw waitedTooLong(tool, pid, settings.limits.waitMs);
      step.detail(text(`process ${pid} is preparing it; waiting`, `프로세스 ${pid}이(가) 준비하고 있어 기다리는 중`));
    };
    // Two at the same time only do the work twice: what is published appears whole.
    const lock = {
      purpose: `${tool.name} ${tool.version}`,
      whenUnsure: 'take',
      onWait,
      signal: settings.signal,
    } as const;
    return withLock(folder, lock, async () => {
      sweepWorkFolders(folder);
      const meanwhile = await resolveCached(tool, settings);
      if (meanwhile !== undefined) return meanwhile;
      return inWorkFolder(folder, async (workFolder) => {
        const provided =
          source === 'download'
            ? await downloadTool(tool, settings, this.#downloader, workFolder, step.detail)
            : await this.#build(tool, workFolder, step);
        const { version } = await publish(tool, source, provided, settings, workFolder);
        return { name: tool.name, version, path: cachedPath(tool, settings), source };
      });
    });
  }

  async #build(tool: Tool, workFolder: string, step: Step): Promise<Provided> {
    try {
      return await buildTool(tool, this.#settings, workFolder, step.detail);
    } catch (error) {
      if (error instanceof BuildUnavailable && error.lacks === 'modules') this.#noModules = error;
      throw error;
    }
  }
}
