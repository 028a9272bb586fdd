import { TestbedError, isTestbedError, reasonOf, text, type Text } from '../../errors';
import type { Tool } from './tool';

/** `etcd 3.6.16` */
export function titleOf(tool: Tool): string {
  return `${tool.name} ${tool.version}`;
}

/** The system's code of an error, such as ENOSPC; looks at the causes too. */
export function codeOf(error: unknown): string | undefined {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1)
    if ('code' in each && typeof each.code === 'string') return each.code;
  return undefined;
}

export function noSpace(folder: string, cause: unknown): TestbedError {
  return new TestbedError(
    'NoSpace',
    text(
      `no space left while preparing tools in ${folder}: free at least 2 GB there`,
      `${folder}에 도구를 준비하는 중 디스크 공간이 부족해졌습니다. 2GB 이상 확보하십시오`,
    ),
    {
      hint: text(
        'or choose another place for the cache: XDG_CACHE_HOME=/other/place',
        '또는 캐시 위치를 바꾸십시오: XDG_CACHE_HOME=/다른/위치',
      ),
      cause,
    },
  );
}

/** What a failed file operation below `folder` means to people; other errors pass through unchanged. */
export function explainFileError(error: unknown, folder: string): unknown {
  if (isTestbedError(error)) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(folder, error);
  if (code !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code))
    return new TestbedError(
      'NoPermission',
      text(
        `the tool cache ${folder} can't be written: ${reasonOf(error)}`,
        `도구 캐시 ${folder}에 쓸 수 없습니다: ${reasonOf(error)}`,
      ),
      {
        hint: text(
          'choose a place of your own: XDG_CACHE_HOME=/other/place',
          '쓸 수 있는 위치를 지정하십시오: XDG_CACHE_HOME=/다른/위치',
        ),
        cause: error,
      },
    );
  return error;
}

export function interrupted(cause: unknown): TestbedError {
  return new TestbedError('Interrupted', text('preparing the tools was interrupted', '도구 준비가 중단되었습니다'), {
    cause,
  });
}

/** A file in the cache that must not be run; `what` completes "FILE ..." in both languages. */
export function damaged(path: string, folder: string, what: Text, hint?: Text): TestbedError {
  return new TestbedError(
    'ToolDamaged',
    text(`the cached tool ${path} ${what.en}`, `캐시에 있는 도구 ${path}: ${what.ko}`),
    {
      hint:
        hint ??
        text(
          `end it and get it anew: rm -r '${folder}' && testbed tools install`,
          `지우고 다시 받으십시오: rm -r '${folder}' && testbed tools install`,
        ),
    },
  );
}

/** A download that did not come about; `kind` decides whether the build may stand in and whether the host is worth another try. */
export class DownloadFailure extends TestbedError {
  readonly kind: 'unreachable' | 'transient' | 'final' | 'wrong-checksum';

  constructor(kind: DownloadFailure['kind'], message: Text, cause?: unknown) {
    super('ToolDownloadFailed', message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}
