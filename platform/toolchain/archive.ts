import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { text } from '../../errors';
import { DownloadFailure, codeOf } from './tool-errors';

/** An archive may hold much that is not wanted before what is: at most so many bytes are unpacked to find it. */
const UNPACKED_BYTES = 4 * 1024 * 1024 * 1024;

/**
 * Takes one regular file out of a gzipped tar: the entry of exactly that path, written to `target` (0600, synced).
 * Nothing else of the archive touches the disk. Throws DownloadFailure when it is not there, too large, or no archive.
 */
export async function extractOne(archive: string, entryPath: string, target: string, maxBytes: number): Promise<void> {
  const reading = new AbortController();
  const entries = extract();
  const unpacking = pipeline(createReadStream(archive), createGunzip(), atMost(UNPACKED_BYTES), entries, {
    signal: reading.signal,
  });
  // Its failure ends the loop below too; here it must only not go unheard.
  unpacking.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header;
      if (name.replace(/^\.\//, '') !== entryPath) {
        entry.resume();
        continue;
      }
      if (type !== 'file' || size === undefined || size > maxBytes) throw notTaken(entryPath);
      await pipeline(entry, atMost(maxBytes), createWriteStream(target, { flags: 'wx', mode: 0o600, flush: true }));
      return;
    }
    await unpacking;
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (error instanceof DownloadFailure || /^E[A-Z]+$/.test(code)) throw error;
    throw new DownloadFailure(
      'final',
      text('the archive is damaged or none', '압축 파일이 손상되었거나 압축 파일이 아닙니다'),
      error,
    );
  } finally {
    reading.abort();
  }
  throw new DownloadFailure(
    'final',
    text(`the archive has no file ${entryPath}`, `압축 파일에 ${entryPath} 파일이 없습니다`),
  );
}

function notTaken(entryPath: string): DownloadFailure {
  return new DownloadFailure(
    'final',
    text(
      `${entryPath} in the archive is no regular file or too large`,
      `압축 파일의 ${entryPath}이(가) 일반 파일이 아니거나 너무 큽니다`,
    ),
  );
}

function atMost(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes)
        done(
          new DownloadFailure(
            'final',
            text(`the archive unpacks to more than ${maxBytes} bytes`, `압축을 풀면 ${maxBytes}바이트를 넘습니다`),
          ),
        );
      else done(null, chunk);
    },
  });
}
