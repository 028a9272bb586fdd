import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Header, type Pack } from 'tar-stream';
import type { Content, FileTree, TreeNode } from './file-tree';
import type { Spool } from './package-files';
import { buffersOf } from './tar-bytes';

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/**
 * The tree as a tar stream that depends on nothing but the tree: sorted, numeric owners, every time the same. The first path of a content
 * holds it, the others are hard links to that.
 */
export function layerStream(tree: FileTree, spool: Spool, seconds: number): AsyncGenerator<Buffer> {
  const archive = pack();
  void write(archive, tree, spool, new Date(seconds * 1_000)).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return buffersOf(archive);
}

async function write(archive: Pack, tree: FileTree, spool: Spool, mtime: Date): Promise<void> {
  const first = new Map<Content, string>();
  for (const [path, node] of tree.entries()) {
    const header = headerOf(path, node, mtime);
    if (node.kind !== 'file') {
      await entry(archive, header);
      continue;
    }
    const original = first.get(node.content);
    if (original === undefined) {
      first.set(node.content, path);
      await pipeline(Readable.from(spool.read(node.content)), archive.entry({ ...header, size: node.content.size }));
    } else await entry(archive, { ...header, type: 'link', linkname: original });
  }
}

async function entry(archive: Pack, header: EntryHeader): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  archive.entry(header, '', (error) => (error ? reject(error) : resolve()));
  return promise;
}

function headerOf(path: string, node: TreeNode, mtime: Date): EntryHeader {
  const common = { uid: node.uid, gid: node.gid, uname: '', gname: '', mtime };
  if (node.kind === 'directory') return { ...common, name: `${path}/`, type: 'directory', mode: node.mode };
  if (node.kind === 'link') return { ...common, name: path, type: 'symlink', linkname: node.target, mode: 0o777 };
  return { ...common, name: path, type: 'file', mode: node.mode };
}
