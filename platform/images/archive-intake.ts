import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Header } from 'tar-stream';
import { TestbedError, isTestbedError, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import { BLOB_BYTES, type Blobs } from './blobs';
import { damaged } from './image-errors';
import { readTar } from './tar-entries';

const ARCHIVE_BYTES = 8 * 1024 * 1024 * 1024;
const INDEX_BYTES = 4 * 1024 * 1024;
const ENTRIES = 2_000;

/**
 * Reads an OCI archive, gzipped or not: its blobs go into `staged`, each compared with its name, and index.json is returned. Bounded in size and number; no
 * path of the archive is used as a path. Throws ImageDamaged, UsageWrong for a file that can't be read.
 */
export async function takeIn(
  file: string,
  staged: Blobs,
  workFolder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  // First: a stream that nobody reads would tell of a missing file where nobody listens.
  const gzipped = await isGzip(file);
  let index: string | undefined;
  try {
    await readTar(
      { bytes: createReadStream(file), gzipped, signal },
      { bytes: ARCHIVE_BYTES, entries: ENTRIES, tooMuch },
      async ({ header, content }) => {
        const name = nameInArchive(header);
        if (name === 'index.json') index = (await bounded(content, INDEX_BYTES)).toString('utf8');
        const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
        if (hex !== undefined) await staged.add(content, workFolder, BLOB_BYTES, `sha256:${hex}`);
      },
    );
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (isTestbedError(error) || hasErrorCode(error, 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw damaged(
      text(`${file} is no archive, or half of one`, `${file}은(는) 아카이브가 아니거나 일부만 있습니다`),
      error,
    );
  }
  if (index === undefined)
    throw damaged(
      text(`${file} is no OCI archive: it has no index.json`, `${file}에 index.json이 없어 OCI 아카이브가 아닙니다`),
    );
  return index;
}

function tooMuch(what: 'bytes' | 'files', most: number): Error {
  return damaged(
    what === 'bytes'
      ? text(`the archive unpacks to more than ${most} bytes`, `아카이브를 풀면 ${most}바이트를 넘습니다`)
      : text(`the archive holds more than ${most} files`, `아카이브의 파일이 ${most}개를 넘습니다`),
  );
}

function nameInArchive({ name, type }: Header): string {
  if (name.startsWith('/') || name.split('/').includes('..'))
    throw damaged(
      text(
        `the archive has a path that leaves it: ${JSON.stringify(name.slice(0, 200))}`,
        `아카이브에 바깥을 가리키는 경로가 있습니다: ${JSON.stringify(name.slice(0, 200))}`,
      ),
    );
  return type === 'file' ? name.replace(/^\.\//, '') : '';
}

async function isGzip(file: string): Promise<boolean> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'EACCES', 'EISDIR')) throw error;
    throw new TestbedError(
      'UsageWrong',
      text(`the archive ${file} can't be read`, `아카이브 ${file}을(를) 읽을 수 없습니다`),
      { cause: error },
    );
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** A document of an archive, at most so large. Throws ImageDamaged. */
export async function bounded(content: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > maxBytes)
      throw damaged(
        text(
          `a document in the archive is larger than ${maxBytes} bytes`,
          `아카이브의 문서가 ${maxBytes}바이트를 넘습니다`,
        ),
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
