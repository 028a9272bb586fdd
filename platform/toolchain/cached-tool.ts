import { statSync, type Stats } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from '../../errors';
import { askVersion } from './ask-version';
import { pinnedChecksum } from './checksums';
import { hashFile, readReceipt, writeReceipt, type Receipt } from './receipt';
import type { Settings } from './settings';
import type { ResolvedTool, Tool } from './tool';
import { damaged } from './tool-errors';
import { inWorkFolder } from './work-folder';

/** Where a tool lies in the cache: `<cache>/<tool>/<version>-<os>-<arch>/<tool>`. */
export function cachedPath(tool: Tool, settings: Settings): string {
  return join(settings.cacheDirectory, tool.name, `${tool.version}-${settings.platformName}`, tool.name);
}

export function receiptPath(cachedFile: string): string {
  return `${cachedFile}.json`;
}

/** Makes the folder of a tool, 0755. */
export async function makeToolFolder(tool: Tool, settings: Settings): Promise<string> {
  const folder = dirname(cachedPath(tool, settings));
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

export type CacheState =
  | { readonly kind: 'absent' }
  /** As its receipt says, by size and time. */
  | { readonly kind: 'good'; readonly receipt: Receipt }
  /** There is a file, but its receipt is missing or of another size or time: it has to be read before it is used. */
  | { readonly kind: 'unproved'; readonly receipt: Receipt | undefined };

/**
 * Looks a tool up without starting a process and without reading it.
 * Throws ToolDamaged when somebody else could have written the file.
 */
export function lookUp(tool: Tool, settings: Settings): CacheState {
  const path = cachedPath(tool, settings);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'absent' };
  refuseForeign(path, stat);
  const receipt = readReceipt(receiptPath(path));
  const isSame =
    receipt !== undefined &&
    receipt.name === tool.name &&
    receipt.version === tool.version &&
    receipt.size === stat.size &&
    receipt.mtimeMs === stat.mtimeMs &&
    (stat.mode & 0o100) !== 0;
  return isSame ? { kind: 'good', receipt } : { kind: 'unproved', receipt };
}

/** A file that another user could have put or changed there is never run. */
function refuseForeign(path: string, stat: Stats): void {
  const folder = dirname(path);
  if (!stat.isFile()) throw damaged(path, folder, text('is no file', '일반 파일이 아닙니다'));
  for (const each of [stat, statSync(folder)]) {
    const isOurs = each.uid === 0 || each.uid === process.getuid?.();
    if (isOurs && (each.mode & 0o022) === 0) continue;
    throw damaged(
      path,
      folder,
      text(
        'could have been changed by another user: it and its folder must be yours and not writable for others',
        '다른 사용자가 변경할 수 있습니다. 파일과 폴더의 소유자가 본인이고 다른 사용자의 쓰기 권한이 없어야 합니다',
      ),
      text(
        `if you trust it: chown ${process.getuid?.()} '${folder}' '${path}' && chmod go-w '${folder}' '${path}'`,
        `신뢰할 수 있는 파일이라면: chown ${process.getuid?.()} '${folder}' '${path}' && chmod go-w '${folder}' '${path}'`,
      ),
    );
  }
}

/**
 * Settles an `unproved` file: equal to its receipt's checksum, it is taken and the receipt renewed; different, it is damaged.
 * Without a receipt a person has put it there: it is taken when it says the pinned version (and a pin of its checksum, if any, holds).
 * Throws ToolDamaged.
 */
export async function proveCached(tool: Tool, receipt: Receipt | undefined, settings: Settings): Promise<Receipt> {
  const path = cachedPath(tool, settings);
  const folder = dirname(path);
  const sha256 = await hashFile(path);
  if (receipt !== undefined && receipt.sha256 !== sha256)
    throw damaged(
      path,
      folder,
      text(
        `is not what was put there: its SHA-256 is ${sha256}, the receipt says ${receipt.sha256}`,
        `저장된 내용과 다릅니다. SHA-256이 ${sha256}이지만 기록된 값은 ${receipt.sha256}입니다`,
      ),
    );
  const vouchedBy = receipt?.vouchedBy ?? vouchForPlaced(tool, path, sha256, settings);
  if ((statSync(path).mode & 0o111) !== 0o111) await chmod(path, 0o755);
  const version = await askVersion(tool, path, settings);
  if (version !== tool.version)
    throw damaged(
      path,
      folder,
      text(
        `says version ${version ?? 'nothing'} where ${tool.version} is wanted`,
        `${tool.version} 버전이어야 하지만 ${version ?? '버전을 알리지 않습니다'}`,
      ),
    );
  const { size, mtimeMs } = statSync(path);
  const renewed: Receipt = {
    name: tool.name,
    version,
    sha256,
    size,
    mtimeMs,
    source: receipt?.source ?? 'placed',
    from: receipt?.from ?? '',
    vouchedBy,
    at: receipt?.at ?? new Date().toISOString(),
  };
  await inWorkFolder(folder, async (workFolder) => writeReceipt(receiptPath(path), renewed, workFolder));
  return renewed;
}

/** The tool from the cache, proved where need be; undefined when there is none. Throws ToolDamaged. */
export async function resolveCached(tool: Tool, settings: Settings): Promise<ResolvedTool | undefined> {
  const state = lookUp(tool, settings);
  if (state.kind === 'absent') return undefined;
  const { version } = state.kind === 'good' ? state.receipt : await proveCached(tool, state.receipt, settings);
  return { name: tool.name, version, path: cachedPath(tool, settings), source: 'cache' };
}

function vouchForPlaced(tool: Tool, path: string, sha256: string, settings: Settings): Receipt['vouchedBy'] {
  const file = settings.platform === undefined ? undefined : tool.vendorFile(settings.platform);
  // A pin is of the vendor's file: of an archive it says nothing about the executable in it.
  const pin = file?.content.kind === 'plain' ? pinnedChecksum(settings.pins, file.url) : undefined;
  if (pin === undefined) return 'nobody';
  if (pin === sha256) return 'pin';
  throw damaged(
    path,
    dirname(path),
    text(
      `has SHA-256 ${sha256}, but ${pin} is pinned for ${basename(path)}`,
      `SHA-256이 ${sha256}이지만 ${basename(path)}에 고정된 값은 ${pin}입니다`,
    ),
  );
}
