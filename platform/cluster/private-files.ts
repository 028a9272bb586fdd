import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { TestbedError, text } from '../../errors';
import { writeWhole } from '../../host/atomic-file';
import { hasErrorCode } from '../../host/error-code';

/** Turns a file system error into one that says what is wrong and how to mend it; anything else comes back as it is. */
export function fileError(error: unknown, path: string): unknown {
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT'))
    return new TestbedError(
      'NoSpace',
      text(`no space left on the device that holds ${path}`, `${path} 경로가 있는 장치에 남은 공간이 없습니다`),
      {
        hint: text(
          `free space, then look again: df -h ${dirname(path)}`,
          `공간을 확보한 뒤 확인하세요: df -h ${dirname(path)}`,
        ),
        cause: error,
      },
    );
  if (hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'))
    return new TestbedError(
      'NoPermission',
      text(`the cluster's directory can't be written: ${path}`, `클러스터 디렉터리에 쓸 수 없습니다: ${path}`),
      {
        hint: text(
          `give your user write access, or choose another place by XDG_DATA_HOME: ls -ld ${dirname(path)}`,
          `현재 사용자에게 쓰기 권한을 주거나 XDG_DATA_HOME으로 다른 위치를 지정하세요: ls -ld ${dirname(path)}`,
        ),
        cause: error,
      },
    );
  return error;
}

function unsafe(path: string, why: { en: string; ko: string }, hint: string): TestbedError {
  return new TestbedError(
    'NoPermission',
    text(`${path} is not safe for keys: ${why.en}`, `${path} 경로는 키를 두기에 안전하지 않습니다: ${why.ko}`),
    { hint: text(`run: ${hint}`, `실행하세요: ${hint}`) },
  );
}

/**
 * Makes sure that `path` is a folder of ours with mode 0700, creating it and its parents where they are missing.
 * Refuses a link, a folder of another user and one that others can write (NoPermission): keys would not be safe there.
 */
export function ensurePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stat = lstatSync(path);
    const uid = process.getuid?.();
    if (!stat.isDirectory())
      throw unsafe(path, { en: 'it is a link or a file', ko: '링크이거나 파일입니다' }, `ls -ld ${path}`);
    if (uid !== undefined && stat.uid !== uid)
      throw unsafe(
        path,
        {
          en: `it belongs to uid ${stat.uid}, you are ${uid}`,
          ko: `소유자 uid는 ${stat.uid}인데 현재 uid는 ${uid}입니다`,
        },
        `ls -ld ${path}`,
      );
    if ((stat.mode & 0o022) !== 0)
      throw unsafe(
        path,
        { en: 'other users can write to it', ko: '다른 사용자가 쓸 수 있습니다' },
        `chmod 700 ${path}`,
      );
    if ((stat.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Refuses a place from which other users could take our folder away and put theirs there (NoPermission). */
export function requireSafeParent(path: string): void {
  const parent = dirname(path);
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    const { mode } = statSync(parent);
    const isOpen = (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
    if (isOpen)
      throw unsafe(
        parent,
        { en: 'other users can write to it', ko: '다른 사용자가 쓸 수 있습니다' },
        `chmod o-w ${parent}`,
      );
  } catch (error) {
    throw fileError(error, parent);
  }
}

/** Writes a file of mode 0600 so that readers see the old or the new content, never a part. A durable one (default) survives a power cut. */
export function writePrivateFile(path: string, content: string, durability: 'durable' | 'volatile' = 'durable'): void {
  try {
    writeWhole(path, content, { durable: durability === 'durable' });
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The content of a small file, undefined when it does not exist. */
export function readSmallFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw fileError(error, path);
  }
}
