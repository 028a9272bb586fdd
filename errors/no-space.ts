import { dirname } from 'node:path';
import { TestbedError } from './testbed-error';
import { text } from './text';

/** Whether a thrown value says that a disk or a quota is full; looks at its causes too. */
export function isNoSpace(error: unknown): boolean {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1)
    if (each instanceof TestbedError ? each.code === 'NoSpace' : hasNoSpaceCode(each)) return true;
  return false;
}

/** The error for what could not be written to a full disk; `path` is the file or folder that was to be written. */
export function noSpace(path: string, cause: unknown): TestbedError {
  return new TestbedError(
    'NoSpace',
    text(`no space left on the disk to write ${path}`, `${path}을(를) 쓸 디스크 공간이 없습니다`),
    {
      hint: text(
        `free space, then run the same command again; look: df -h ${dirname(path)}`,
        `공간을 확보한 뒤 같은 명령을 다시 실행하세요. 확인: df -h ${dirname(path)}`,
      ),
      cause,
    },
  );
}

function hasNoSpaceCode(error: Error): boolean {
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
