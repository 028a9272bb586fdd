import { dirname } from 'node:path';
import { TestbedError, isTestbedError, text } from '../../errors';
import { cachedPath, lookUp, proveCached } from './cached-tool';
import { hashFile, type Receipt } from './receipt';
import { readSettings, type Settings, type ToolchainOptions } from './settings';
import type { Tool, ToolName } from './tool';
import { damaged, explainFileError } from './tool-errors';
import { TOOLS, toolNames } from './tools';

export interface VerifiedTool {
  readonly name: ToolName;
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  readonly source: Receipt['source'];
  readonly vouchedBy: Receipt['vouchedBy'];
}

/**
 * Reads every tool in the cache and compares it with its receipt; tools that are not there are left out.
 * Throws ToolDamaged, with one detail for each damaged file.
 */
export async function verifyTools(options: ToolchainOptions = {}): Promise<VerifiedTool[]> {
  const settings = readSettings(options);
  const verified: VerifiedTool[] = [];
  const bad: TestbedError[] = [];
  for (const name of toolNames) {
    try {
      const one = await verifyOne(TOOLS[name], settings);
      if (one !== undefined) verified.push(one);
    } catch (error) {
      if (!isTestbedError(error, 'ToolDamaged')) throw explainFileError(error, settings.cacheDirectory);
      bad.push(error);
    }
  }
  const [first] = bad;
  if (first === undefined) return verified;
  if (bad.length === 1) throw first;
  throw new TestbedError(
    'ToolDamaged',
    text(`${bad.length} cached tools are damaged`, `캐시에 있는 도구 ${bad.length}개가 손상되었습니다`),
    {
      details: bad.flatMap((each) => (each.hint === undefined ? [each.text] : [each.text, each.hint])),
      cause: first,
    },
  );
}

async function verifyOne(tool: Tool, settings: Settings): Promise<VerifiedTool | undefined> {
  const state = lookUp(tool, settings);
  if (state.kind === 'absent') return undefined;
  const path = cachedPath(tool, settings);
  const receipt = state.kind === 'good' ? state.receipt : await proveCached(tool, state.receipt, settings);
  const sha256 = await hashFile(path);
  if (sha256 !== receipt.sha256)
    throw damaged(
      path,
      dirname(path),
      text(
        `was changed without a trace in size or time: its SHA-256 is ${sha256}, the receipt says ${receipt.sha256}`,
        `크기와 시각은 같지만 내용이 바뀌었습니다. SHA-256이 ${sha256}이지만 기록된 값은 ${receipt.sha256}입니다`,
      ),
    );
  return {
    name: tool.name,
    version: receipt.version,
    path,
    sha256,
    source: receipt.source,
    vouchedBy: receipt.vouchedBy,
  };
}
