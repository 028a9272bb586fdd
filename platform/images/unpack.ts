import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TestbedError, text } from '../../errors';
import type { Blobs } from './blobs';
import { damaged } from './image-errors';
import { configSchema, manifestSchema } from './oci';
import { readLayer, type LayerEntry } from './read-layer';
import type { StoredImage } from './image';

/** Where the unpacked image of a digest lies, once it is complete. */
export function rootOf(storeDirectory: string, digest: string): string {
  return join(storeDirectory, 'roots', digest.slice('sha256:'.length));
}

/**
 * Unpacks an image into a folder by its digest, which appears whole and is used read-only. An unpacked one is taken as it is. As root the files get their
 * owners, else they are the caller's. Throws ImageDamaged for a layer that is not what its digest says or that reaches outside,
 * UsageWrong for an image of several layers.
 */
export async function unpackImage(
  image: StoredImage,
  blobs: Blobs,
  storeDirectory: string,
  workFolder: string,
  signal?: AbortSignal,
): Promise<string> {
  const target = rootOf(storeDirectory, image.digest);
  if (existsSync(target)) return target;
  const manifest = manifestSchema.parse(JSON.parse(blobs.document(image.digest)));
  const config = configSchema.parse(JSON.parse(blobs.document(manifest.config.digest)));
  const [layer, ...others] = manifest.layers;
  const [diffId] = config.rootfs.diff_ids;
  if (layer === undefined || diffId === undefined || others.length > 0)
    throw new TestbedError(
      'UsageWrong',
      text(
        `${image.reference} has ${manifest.layers.length} layers: only an image of one is unpacked`,
        `${image.reference}의 레이어가 ${manifest.layers.length}개입니다. 레이어가 하나인 이미지만 풀 수 있습니다`,
      ),
    );
  const half = join(workFolder, 'root');
  mkdirSync(half, { mode: 0o755 });
  const root = new Root(half);
  await readLayer(layer, diffId, blobs, async (entry) => root.add(entry), signal);
  root.finish();
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  renameSync(half, target);
  return target;
}

/** Ends an unpacked image. */
export function endRoot(root: string): void {
  // Renamed first: at no time there is a half one under its digest.
  const ending = join(dirname(root), `.ending-${basename(root)}`);
  renameSync(root, ending);
  rmSync(ending, { recursive: true, force: true, maxRetries: 3 });
}

/** A folder that is filled by one archive; nothing is ever written through a link. */
class Root {
  readonly #folder: string;
  readonly #isRoot = process.getuid?.() === 0;
  /** Folders there are, and the mode and time that each gets in the end. */
  readonly #folders = new Map<string, { readonly mode: number; readonly mtime: Date } | undefined>([['', undefined]]);

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add({ header, path, content }: LayerEntry): Promise<void> {
    if (path === '') return;
    this.#makeParents(path);
    const { type, uid, gid, mtime } = header;
    const target = join(this.#folder, path);
    switch (type) {
      case 'directory':
        if (!this.#folders.has(path)) mkdirSync(target, { mode: 0o700 });
        this.#folders.set(path, { mode: header.mode & 0o1777, mtime });
        this.#own(() => chownSync(target, uid, gid));
        return;
      case 'symlink':
        symlinkSync(header.linkname, target);
        this.#own(() => lchownSync(target, uid, gid));
        lutimesSync(target, mtime, mtime);
        return;
      case 'link':
        return this.#link(header.linkname, target);
      case 'file':
      case 'contiguous-file':
        await writeFile(target, content);
        this.#own(() => chownSync(target, uid, gid));
        chmodSync(target, header.mode & 0o777);
        utimesSync(target, mtime, mtime);
        return;
      case 'block-device':
      case 'character-device':
      case 'fifo':
      default:
        throw damaged(
          text(
            `the image holds ${path}, a ${type} that is not unpacked`,
            `이미지의 ${path}(${type})은(는) 풀 수 없는 유형입니다`,
          ),
        );
    }
  }

  /** Folders last: writing into them changes their time, and their mode may forbid it. */
  finish(): void {
    for (const [path, wanted] of [...this.#folders].reverse()) {
      if (wanted === undefined) continue;
      const target = join(this.#folder, path);
      chmodSync(target, wanted.mode);
      utimesSync(target, wanted.mtime, wanted.mtime);
    }
    chmodSync(this.#folder, 0o755);
  }

  #makeParents(path: string): void {
    const parent = dirname(path) === '.' ? '' : dirname(path);
    if (this.#folders.has(parent)) return;
    this.#makeParents(parent);
    // Fails where a link or a file is in its place, which is what keeps everything inside.
    mkdirSync(join(this.#folder, parent), { mode: 0o755 });
    this.#folders.set(parent, undefined);
  }

  #link(linkname: string, target: string): void {
    const original = linkname.split('/').filter((part) => part !== '' && part !== '.');
    const parent = original.slice(0, -1).join('/');
    if (original.includes('..') || !this.#folders.has(parent))
      throw damaged(
        text(
          `the image has a hard link to ${linkname}, which is outside or not there`,
          `이미지의 하드 링크 대상 ${linkname}이(가) 바깥에 있거나 없습니다`,
        ),
      );
    linkSync(join(this.#folder, ...original), target);
  }

  #own(change: () => void): void {
    if (this.#isRoot) change();
  }
}

async function writeFile(path: string, content: AsyncGenerator<Buffer>): Promise<void> {
  const handle = openSync(path, 'wx', 0o600);
  try {
    for await (const chunk of content) for (let done = 0; done < chunk.length;) done += writeSync(handle, chunk, done);
  } finally {
    closeSync(handle);
  }
}
