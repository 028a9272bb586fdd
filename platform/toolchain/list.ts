import { isTestbedError } from '../../errors';
import { cachedPath, lookUp, proveCached } from './cached-tool';
import { findOnPath } from './path-lookup';
import { readSettings, type ToolchainOptions } from './settings';
import type { ToolName, ToolPurpose } from './tool';
import { explainFileError } from './tool-errors';
import { runsHere, TOOLS, toolNames } from './tools';

export interface ToolRow {
  readonly name: ToolName;
  /** The pinned version. */
  readonly version: string;
  readonly purpose: ToolPurpose;
  readonly state: 'on-path' | 'cached' | 'missing' | 'damaged';
  /** What the file found says; undefined for missing and damaged. */
  readonly found?: string;
  /** The file; for `missing` where it may be put. */
  readonly path: string;
  /** How a cached file came there. */
  readonly source?: 'download' | 'build' | 'placed';
  /** Who vouched for a cached file. */
  readonly vouchedBy?: 'pin' | 'vendor' | 'go.sum' | 'nobody';
}

/** The state of every tool that runs on this system, as resolveTools would find it. Fetches nothing; throws UsageWrong, NoPermission. */
export async function listTools(options: ToolchainOptions = {}): Promise<ToolRow[]> {
  const settings = readSettings(options);
  const rows: ToolRow[] = [];
  for (const name of toolNames) {
    const tool = TOOLS[name];
    if (!runsHere(tool, settings)) continue;
    const row = { name, version: tool.version, purpose: tool.purpose, path: cachedPath(tool, settings) };
    try {
      const onPath = settings.from.includes('path') ? await findOnPath(tool, settings) : undefined;
      if (onPath !== undefined) {
        rows.push({ ...row, state: 'on-path', found: onPath.version, path: onPath.path });
        continue;
      }
      const cached = lookUp(tool, settings);
      if (cached.kind === 'absent') {
        rows.push({ ...row, state: 'missing' });
        continue;
      }
      const { version, source, vouchedBy } =
        cached.kind === 'good' ? cached.receipt : await proveCached(tool, cached.receipt, settings);
      rows.push({ ...row, state: 'cached', found: version, source, vouchedBy });
    } catch (error) {
      if (!isTestbedError(error, 'ToolDamaged')) throw explainFileError(error, settings.cacheDirectory);
      rows.push({ ...row, state: 'damaged' });
    }
  }
  return rows;
}
