import { link, rename, rm, stat } from 'node:fs/promises';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { hasErrorCode } from '../host/error-code';

/** Where a backup is written, of a database or of the state: nothing that is there is overwritten, and nothing half-written gets the name. */
export async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Gives a whole file its name. link, unlike rename, fails when the name is taken; where a file system has no links, rename it is. */
export async function publish(half: string, file: string): Promise<'published' | 'taken'> {
  try {
    await link(half, file);
    await rm(half, { force: true });
  } catch (cause) {
    if (hasErrorCode(cause, 'EEXIST')) return 'taken';
    await rename(half, file);
  }
  return 'published';
}

/** The error for a name that is taken. */
export function taken(file: string): TestbedError {
  return new TestbedError(
    'UsageWrong',
    text(`${file} is there already; no backup is overwritten`, `${file}이(가) 이미 있습니다. 백업은 덮어쓰지 않습니다`),
    { hint: text('name another file', '다른 파일을 지정하세요') },
  );
}

/** The error for a place that cannot be written. */
export function unwritable(file: string, cause: unknown): TestbedError {
  if (isNoSpace(cause)) return noSpace(file, cause);
  return new TestbedError(
    'NoPermission',
    text(`cannot write ${file}: ${reasonOf(cause)}`, `${file}을(를) 쓸 수 없습니다: ${reasonOf(cause)}`),
    { cause, hint: text('name another place', '다른 위치를 지정하세요') },
  );
}
