import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import { damaged } from './image-errors';

/** The largest part of an image, such as a layer. */
export const BLOB_BYTES = 4 * 1024 * 1024 * 1024;
const DOCUMENT_BYTES = 4 * 1024 * 1024;

export interface BlobSize {
  readonly digest: string;
  readonly size: number;
}

/** Files by the digest of what is in them: `blobs/sha256/<hex>`, read-only, each there whole or not at all. */
export class Blobs {
  readonly #folder: string;

  constructor(storeDirectory: string) {
    this.#folder = join(storeDirectory, 'blobs', 'sha256');
  }

  path(digest: string): string {
    return join(this.#folder, digest.slice('sha256:'.length));
  }

  has({ digest, size }: BlobSize): boolean {
    return existsSync(this.path(digest)) && statSync(this.path(digest)).size === size;
  }

  exists(digest: string): boolean {
    return existsSync(this.path(digest));
  }

  /** Ends every blob that is none of these. */
  keepOnly(digests: ReadonlySet<string>): void {
    if (!existsSync(this.#folder)) return;
    for (const hex of readdirSync(this.#folder))
      if (!digests.has(`sha256:${hex}`)) rmSync(join(this.#folder, hex), { force: true });
  }

  /**
   * Takes in what the stream holds, at most `maxBytes`; `workFolder` is on the same file system. With `expected` another content is refused
   * (ImageDamaged) and nothing is kept.
   */
  async add(
    content: AsyncIterable<Buffer>,
    workFolder: string,
    maxBytes: number,
    expected?: string,
  ): Promise<BlobSize> {
    const hash = createHash('sha256');
    let size = 0;
    // Of this process alone, as its folder is; two of the same content are one in the end.
    const half = join(workFolder, `blob-${process.hrtime.bigint()}`);
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        size += chunk.length;
        if (size > maxBytes)
          throw damaged(
            text(
              `a part of the image is larger than ${maxBytes} bytes`,
              `이미지의 일부가 ${maxBytes}바이트를 넘습니다`,
            ),
          );
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(counted, createWriteStream(half, { flags: 'wx', mode: 0o444, flush: true }));
    const digest = `sha256:${hash.digest('hex')}`;
    if (expected !== undefined && digest !== expected) throw mismatch(expected, digest);
    mkdirSync(this.#folder, { recursive: true, mode: 0o755 });
    renameSync(half, this.path(digest));
    await syncFolder(this.#folder);
    return { digest, size };
  }

  async addDocument(document: string | Buffer, workFolder: string): Promise<BlobSize> {
    return this.add(Readable.from([Buffer.from(document)]), workFolder, DOCUMENT_BYTES);
  }

  /** A small document, compared with its digest. Throws ImageDamaged. */
  document(digest: string): string {
    const path = this.path(digest);
    try {
      if (statSync(path).size > DOCUMENT_BYTES) throw mismatch(digest, undefined);
      const content = readFileSync(path);
      const found = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      if (found !== digest) throw mismatch(digest, found);
      return content.toString('utf8');
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) throw mismatch(digest, undefined, error);
      throw error;
    }
  }

  /** Streams a blob; after its last byte it throws ImageDamaged when that was not what the digest says: use nothing before the end. */
  async *read({ digest, size }: BlobSize): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    let seen = 0;
    try {
      const chunks: AsyncIterable<Buffer> = createReadStream(this.path(digest), { highWaterMark: 1024 * 1024 });
      for await (const chunk of chunks) {
        seen += chunk.length;
        if (seen > size) break;
        hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) throw mismatch(digest, undefined, error);
      throw error;
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (seen !== size || found !== digest) throw mismatch(digest, found);
  }
}

function mismatch(expected: string, found: string | undefined, cause?: unknown): Error {
  const name = basename(expected);
  return damaged(
    found === undefined
      ? text(`the image's part ${name} is not there or too large`, `이미지의 일부 ${name}이(가) 없거나 너무 큽니다`)
      : text(
          `the image's part ${name} holds something else (${found})`,
          `이미지의 일부 ${name}의 내용이 다릅니다(${found})`,
        ),
    cause,
    text('make it anew: testbed images build', '다시 만드십시오: testbed images build'),
  );
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
