import { chmod, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TestbedError, text } from '../../errors';
import { askVersion } from './ask-version';
import { cachedPath, receiptPath } from './cached-tool';
import { hashFile, writeReceipt, type Receipt } from './receipt';
import type { Settings } from './settings';
import type { Tool } from './tool';
import { titleOf } from './tool-errors';
import type { Provided } from './vendor-download';

/**
 * Puts a provided executable into its place in the cache: asked for its version first, synced, receipt before file, so that
 * at any instant there is either no tool or a whole one. Throws ToolDownloadFailed or ToolBuildFailed when it says another version.
 */
export async function publish(
  tool: Tool,
  source: 'download' | 'build',
  provided: Provided,
  settings: Settings,
  workFolder: string,
): Promise<Receipt> {
  await chmod(provided.file, 0o755);
  const version = await askVersion(tool, provided.file, settings);
  if (version !== tool.version)
    throw new TestbedError(
      source === 'download' ? 'ToolDownloadFailed' : 'ToolBuildFailed',
      text(
        `${provided.from} says version ${version ?? 'nothing'} where ${titleOf(tool)} is wanted`,
        `${titleOf(tool)}이(가) 필요하지만 ${provided.from}의 버전은 ${version ?? '알 수 없습니다'}`,
      ),
    );
  const { size, mtimeMs } = await sync(provided.file);
  const receipt: Receipt = {
    name: tool.name,
    version,
    sha256: await hashFile(provided.file),
    size,
    mtimeMs,
    source,
    from: provided.from,
    vouchedBy: provided.vouchedBy,
    at: new Date().toISOString(),
  };
  const path = cachedPath(tool, settings);
  writeReceipt(receiptPath(path), receipt, workFolder);
  await rename(provided.file, path);
  await sync(dirname(path));
  return receipt;
}

async function sync(path: string): Promise<{ size: number; mtimeMs: number }> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
    return await handle.stat();
  } finally {
    await handle.close();
  }
}
