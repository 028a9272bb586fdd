import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { text } from '../../errors';
import type { Content, FileTree } from './file-tree';
import { buildFailed, damaged } from './image-errors';
import { buffersOf } from './tar-bytes';

/** All packages of an image, unpacked. */
const UNPACKED_BYTES = 4 * 1024 * 1024 * 1024;
const PACKAGE_MS = 5 * 60_000;

/** Where a build keeps the bytes of all files, one after the other. */
export class Spool {
  readonly #handle: FileHandle;
  #size = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(path: string): Promise<Spool> {
    return new Spool(await open(path, 'wx+', 0o600));
  }

  /** Throws ImageDamaged when everything together gets too large. */
  async append(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Content> {
    const offset = this.#size;
    const hash = createHash('sha256');
    for await (const chunk of chunks) {
      hash.update(chunk);
      await this.#handle.writev([chunk], this.#size);
      this.#size += chunk.length;
      if (this.#size > UNPACKED_BYTES)
        throw damaged(
          text(
            `the packages unpack to more than ${UNPACKED_BYTES} bytes`,
            `패키지를 풀면 ${UNPACKED_BYTES}바이트를 넘습니다`,
          ),
        );
    }
    return { offset, size: this.#size - offset, sha256: hash.digest('hex') };
  }

  async *read({ offset, size }: Content): AsyncGenerator<Buffer> {
    for (let done = 0; done < size;) {
      const { bytesRead, buffer } = await this.#handle.read(Buffer.alloc(Math.min(size - done, 1024 * 1024)), {
        position: offset + done,
      });
      if (bytesRead === 0) throw new Error(`the spool ended at ${offset + done} of ${offset + size}`);
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Adds the files of one package to the tree, as `dpkg-deb` streams them; no script of it runs. Returns the newest time of its files, in seconds.
 * Throws ImageBuildFailed where dpkg-deb can't read it, ImageDamaged for what must not be in an image.
 */
export async function addPackage(
  file: string,
  from: string,
  tree: FileTree,
  spool: Spool,
  signal: AbortSignal | undefined,
): Promise<number> {
  const bound = AbortSignal.timeout(PACKAGE_MS);
  const child = spawn('dpkg-deb', ['--fsys-tarfile', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: signal === undefined ? bound : AbortSignal.any([signal, bound]),
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    complaint = (complaint + words).slice(0, 2_000);
  });
  const closed = once(child, 'close');
  const entries = extract();
  const unpacking = pipeline(child.stdout, entries);
  // Its failure ends the loop below too.
  unpacking.catch(() => undefined);
  closed.catch(() => undefined);
  let newest = 0;
  try {
    for await (const entry of entries) {
      newest = Math.max(newest, Math.floor(entry.header.mtime.getTime() / 1_000));
      await addEntry(entry.header, buffersOf(entry), from, tree, spool);
      entry.resume();
    }
    await unpacking;
    const [code] = await closed;
    if (code !== 0)
      throw buildFailed(text(`dpkg-deb can't read ${from}`, `dpkg-deb가 ${from}을(를) 읽지 못했습니다`), [
        complaint.trim(),
      ]);
  } catch (error) {
    signal?.throwIfAborted();
    child.kill('SIGKILL');
    if (bound.aborted)
      throw buildFailed(text(`unpacking ${from} took too long`, `${from} 풀기가 너무 오래 걸립니다`), [], error);
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw buildFailed(
        text(
          'dpkg-deb is not on this machine: images are built with apt and dpkg',
          '이 컴퓨터에 dpkg-deb가 없습니다. 이미지는 apt와 dpkg로 빌드합니다',
        ),
        [],
        error,
      );
    throw error;
  }
  return newest;
}

async function addEntry(
  header: Header,
  body: AsyncIterable<Buffer>,
  from: string,
  tree: FileTree,
  spool: Spool,
): Promise<void> {
  const { name, type, mode, uid, gid, linkname } = header;
  switch (type) {
    case 'directory':
      return tree.add(name, { kind: 'directory', mode: mode & 0o1777, uid, gid }, from);
    case 'file':
    case 'contiguous-file': {
      const content = await spool.append(body);
      // Who runs a program gets nobody else's rights by it.
      return tree.add(name, { kind: 'file', mode: mode & 0o777, uid, gid, content }, from);
    }
    case 'symlink':
      return tree.add(name, { kind: 'link', target: linkname, uid, gid }, from);
    case 'link': {
      const original = tree.at(linkname, from);
      if (original?.kind !== 'file')
        throw damaged(
          text(
            `${from} links ${name} to ${linkname}, which is no file before it`,
            `${from}의 하드 링크 ${name}이(가) 가리키는 ${linkname} 파일이 앞에 없습니다`,
          ),
        );
      return tree.add(name, original, from);
    }
    case 'block-device':
    case 'character-device':
    case 'fifo':
    default:
      throw damaged(
        text(
          `${from} holds ${name}, a ${type} that no image may hold`,
          `${from}의 ${name}(${type})은(는) 이미지에 넣을 수 없는 유형입니다`,
        ),
      );
  }
}
