import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { isTestbedError, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import type { Blobs } from './blobs';
import { damaged } from './image-errors';
import { MEDIA, type Descriptor } from './oci';
import { buffersOf } from './tar-bytes';

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
  const entries = extract();
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > UNPACKED_BYTES) throw tooMuch(`${UNPACKED_BYTES} bytes`, `${UNPACKED_BYTES}바이트`);
      hash.update(chunk);
      yield chunk;
    }
  };
  const options = signal === undefined ? {} : { signal };
  const reading =
    layer.mediaType === MEDIA.gzippedLayer
      ? pipeline(blobs.read(layer), createGunzip(), counted, entries, options)
      : pipeline(blobs.read(layer), counted, entries, options);
  // Its failure ends the loop below too.
  reading.catch(() => undefined);
  try {
    let count = 0;
    for await (const entry of entries) {
      count += 1;
      if (count > ENTRIES) throw tooMuch(`${ENTRIES} files`, `파일 ${ENTRIES}개`);
      await onEntry({ header: entry.header, path: insideRoot(entry.header.name), content: buffersOf(entry) });
      entry.resume();
    }
    await reading;
  } catch (error) {
    entries.destroy();
    // What pipeline makes of a reader that stopped says less than why it stopped.
    const reason = await reading.then(
      () => error,
      (cause: unknown) => (isTestbedError(cause) ? cause : error),
    );
    if (signal?.aborted === true) throw signal.reason;
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

function tooMuch(en: string, ko: string): Error {
  return damaged(text(`a layer unpacks to more than ${en}`, `레이어를 풀면 ${ko}를 넘습니다`));
}
