import { TestbedError, isNoSpace, isTestbedError, noSpace, reasonOf, text, verbatim, type Text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';

/** An image that could not be made; `details` are the last words of whoever refused. */
export function buildFailed(
  message: Text,
  details: readonly string[] = [],
  cause?: unknown,
  hint?: Text,
): TestbedError {
  return new TestbedError('ImageBuildFailed', message, {
    details: details.map((line) => verbatim(line)),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Something in an archive, a package or the store that is not what it should be. */
export function damaged(message: Text, cause?: unknown, hint?: Text): TestbedError {
  return new TestbedError('ImageDamaged', message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What a failed file operation in the store means to people; other errors pass through unchanged. */
export function explainStoreError(error: unknown, folder: string): unknown {
  if (isTestbedError(error)) return error;
  if (isNoSpace(error)) return noSpace(folder, error);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].some((code) => hasErrorCode(error, code)))
    return new TestbedError(
      'NoPermission',
      text(
        `the image store ${folder} can't be written: ${reasonOf(error)}`,
        `이미지 저장소 ${folder}에 쓸 수 없습니다: ${reasonOf(error)}`,
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
