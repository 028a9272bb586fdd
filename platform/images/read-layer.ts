import { createHash } from 'node:crypto';
import type { Header } from 'tar-stream';
import { isTestbedError, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import type { Blobs } from './blobs';
import { damaged } from './image-errors';
import { MEDIA, type Descriptor } from './oci';
import { readTar } from './tar-entries';

const UNPACKED_BYTES = 8 * 1024 * 1024 * 1024;
const ENTRIES = 400_000;

/** One entry of a layer with its bytes, which must be read before the next entry comes. */
export interface LayerEntry {
  readonly header: Header;
  /** Without a leading slash, `.` or a slash at the end. */
  readonly path: string;
  readonly content: AsyncGenerator<Buffer>;
}

/**
 * Reads a stored layer entry by entry: bounded in size and number, no entry outside the root. Only when `onEntry` has seen the last one is it
 * certain that layer and `diffId` were what they should be; else ImageDamaged is thrown.
 */
export async function readLayer(
  layer: Descriptor,
  diffId: string,
  blobs: Blobs,
  onEntry: (entry: LayerEntry) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  try {
    await readTar(
      {
        bytes: blobs.read(layer),
        gzipped: layer.mediaType === MEDIA.gzippedLayer,
        onBytes: (chunk) => void hash.update(chunk),
        signal,
      },
      { bytes: UNPACKED_BYTES, entries: ENTRIES, tooMuch },
      ({ header, content }) => onEntry({ header, path: insideRoot(header.name), content }),
    );
  } catch (reason) {
    if (signal?.aborted === true) throw reason;
    if (isTestbedError(reason) || hasErrorCode(reason, 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS')) throw reason;
    if (hasErrorCode(reason, 'EEXIST', 'ENOTDIR'))
      throw damaged(
        text(
          'a layer of the image names a path twice, or one below a file',
          '이미지의 레이어에 같은 경로가 두 번 있거나 파일 아래의 경로가 있습니다',
        ),
        reason,
      );
    throw damaged(text('a layer of the image is no tar archive', '이미지의 레이어가 tar 아카이브가 아닙니다'), reason);
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== diffId)
    throw damaged(
      text(
        `a layer unpacks to ${found}, the image's config says ${diffId}`,
        `레이어를 풀면 ${found}이지만 이미지 설정의 값은 ${diffId}입니다`,
      ),
    );
}

function insideRoot(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0'))
    throw damaged(
      text(
        `a layer has a path that leaves its root: ${JSON.stringify(name.slice(0, 200))}`,
        `레이어에 루트를 벗어나는 경로가 있습니다: ${JSON.stringify(name.slice(0, 200))}`,
      ),
    );
  return parts.join('/');
}

function tooMuch(what: 'bytes' | 'files', most: number): Error {
  return damaged(
    what === 'bytes'
      ? text(`a layer unpacks to more than ${most} bytes`, `레이어를 풀면 ${most}바이트를 넘습니다`)
      : text(`a layer unpacks to more than ${most} files`, `레이어를 풀면 파일 ${most}개를 넘습니다`),
  );
}
