import { posix } from 'node:path';
import { text } from '../../errors';
import { damaged } from './image-errors';

/** Bytes of a file, in the spool of a build. Files that share one are hard links of each other. */
export interface Content {
  readonly offset: number;
  readonly size: number;
  readonly sha256: string;
}

interface Owned {
  readonly uid: number;
  readonly gid: number;
}

export type TreeNode =
  | (Owned & { readonly kind: 'directory'; readonly mode: number })
  | (Owned & { readonly kind: 'file'; readonly mode: number; readonly content: Content })
  | (Owned & { readonly kind: 'link'; readonly target: string });

/** The folders that Debian's packages of this suite still name at the root, and that are links into /usr in ours. */
const MERGED = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const ALWAYS_MERGED = ['bin', 'lib', 'sbin'];
const PATH_BYTES = 4_096;
const ENTRIES = 200_000;

/**
 * The files of an image below one root, each path once and below /usr. Two packages that bring different things under one name are
 * refused, and so is whatever would leave the root.
 */
export class FileTree {
  readonly #nodes = new Map<string, TreeNode>();

  /** Paths without the leading slash, sorted, so that a folder comes before what it holds. */
  entries(): [path: string, node: TreeNode][] {
    return [...this.#nodes].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What is at a path as a package names it. */
  at(given: string, from: string): TreeNode | undefined {
    return this.#nodes.get(inUsr(plainPath(given, from)));
  }

  /** Adds what a package brings; `given` is its path as the package has it. Throws ImageDamaged. */
  add(given: string, node: TreeNode, from: string): void {
    const path = inUsr(plainPath(given, from));
    // The root itself is whoever unpacks' own.
    if (path === '') return;
    if (node.kind === 'directory' && MERGED.includes(plainPath(given, from)) && this.#nodes.has(path)) return;
    const placed = node.kind === 'link' ? { ...node, target: linkTarget(given, path, node.target, from) } : node;
    this.#makeFolders(path, from);
    const present = this.#nodes.get(path);
    if (present === undefined) this.#set(path, placed);
    else if (!isSame(present, placed))
      throw damaged(
        text(
          `${from} brings another /${path} than what is there already`,
          `${from}의 /${path}이(가) 이미 있는 것과 다릅니다`,
        ),
      );
  }

  /** Puts something of the recipe's in its place, over what a package brought there. */
  put(path: string, node: TreeNode, from: string): void {
    const plain = plainPath(path, from);
    const present = this.#nodes.get(plain);
    if (present?.kind === 'directory' && node.kind !== 'directory')
      throw damaged(
        text(`${from} puts a file where the folder ${path} is`, `${from}: 폴더 ${path} 자리에 파일을 둘 수 없습니다`),
      );
    this.#makeFolders(plain, from);
    this.#set(plain, node);
  }

  /** Takes the paths out for which `isLeftOut` holds, given with their leading slash. */
  leaveOut(isLeftOut: (path: string) => boolean): void {
    for (const [path, node] of this.#nodes)
      if (node.kind !== 'directory' && isLeftOut(`/${path}`)) this.#nodes.delete(path);
    // Folders that held only such things go too, the innermost first.
    for (const [path, node] of this.entries().reverse())
      if (node.kind === 'directory' && isLeftOut(`/${path}`) && !this.#holds(path)) this.#nodes.delete(path);
  }

  /** Adds the links from the root into /usr. */
  merge(): void {
    for (const name of MERGED) {
      if (!this.#nodes.has(`usr/${name}`) && !(ALWAYS_MERGED.includes(name) && this.#nodes.has('usr'))) continue;
      this.#makeFolders(`usr/${name}/.`, 'usr');
      this.#set(name, { kind: 'link', target: `usr/${name}`, uid: 0, gid: 0 });
    }
  }

  #holds(folder: string): boolean {
    for (const path of this.#nodes.keys()) if (path.startsWith(`${folder}/`)) return true;
    return false;
  }

  #makeFolders(path: string, from: string): void {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      const present = this.#nodes.get(folder);
      if (present === undefined) this.#set(folder, { kind: 'directory', mode: 0o755, uid: 0, gid: 0 });
      else if (present.kind !== 'directory')
        throw damaged(
          text(
            `${from} puts /${path} below /${folder}, which is no folder`,
            `${from}: /${folder}은(는) 폴더가 아니어서 /${path}을(를) 둘 수 없습니다`,
          ),
        );
    }
  }

  #set(path: string, node: TreeNode): void {
    this.#nodes.set(path, node);
    if (this.#nodes.size > ENTRIES)
      throw damaged(text(`the packages hold more than ${ENTRIES} files`, `패키지의 파일이 ${ENTRIES}개를 넘습니다`));
  }
}

/** `./usr/bin/` -> `usr/bin`. Throws ImageDamaged for what would leave the root. */
function plainPath(given: string, from: string): string {
  const parts = given.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || given.includes('\0') || Buffer.byteLength(given) > PATH_BYTES)
    throw damaged(
      text(
        `${from} has a path that leaves its root: ${JSON.stringify(given.slice(0, 200))}`,
        `${from}에 루트를 벗어나는 경로가 있습니다: ${JSON.stringify(given.slice(0, 200))}`,
      ),
    );
  return parts.join('/');
}

function inUsr(path: string): string {
  const [first = ''] = path.split('/', 1);
  return MERGED.includes(first) ? `usr/${path}` : path;
}

/** A relative link that was written for the root's own /lib leads elsewhere from /usr/lib. */
function linkTarget(given: string, path: string, target: string, from: string): string {
  if (target === '' || target.includes('\0') || Buffer.byteLength(target) > PATH_BYTES)
    throw damaged(text(`${from} has a link /${path} that leads nowhere`, `${from}의 링크 /${path}에 대상이 없습니다`));
  const original = plainPath(given, from);
  if (original === path || target.startsWith('/')) return target;
  const wanted = posix.join('/', posix.dirname(original), target).slice(1);
  const reached = posix.join('/', posix.dirname(path), target).slice(1);
  return inUsr(wanted) === inUsr(reached) ? target : `/${wanted}`;
}

function isSame(a: TreeNode, b: TreeNode): boolean {
  // Packages differ in the modes of folders they share; the first by name decides.
  if (a.kind === 'directory') return b.kind === 'directory';
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target;
  return b.kind === 'file' && a.content.sha256 === b.content.sha256 && a.mode === b.mode;
}
