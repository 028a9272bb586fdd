import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type TestbedError, isNoSpace, noSpace, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import { discard, isFolder, readBounded, removeDeadHalf, sync, writeSynced } from './directory-files';
import { requireKey, requirePrefix, requireSize, versionOf } from './document';
import { documentUnreadable, storeForbidden, storeUnreachable, telling } from './store-errors';
import type { DocumentStore, StoredDocument, Version, WriteOutcome } from './types';

/*
 * A document is a folder `<segment>.doc`. In it: one empty file whose name says which writing counts, `head-<number>-<nonce>`, and the
 * contents by the same name without `head-`. To write is to put new contents beside the old and to rename the head: a rename uses its
 * source up, so of all who saw the same head exactly one succeeds, and a nonce never comes again, so whoever saw an older head finds
 * nothing to rename, however long it was stopped and whatever was pruned meanwhile. No lock, nothing to time out, nothing to break.
 * A folder comes into being by the rename of a whole one, which the system refuses where there is one with anything in it.
 * An ended document has an `ended-...` in place of its head until the folder is cleared. Of contents only those may be pruned whose
 * number the head has passed: numbers only grow in a folder, so these can never count again.
 */
const HEAD = /^(head|ended)-([0-9]{1,15})-([0-9a-f]{24})$/;
const CONTENT = /^([0-9]{1,15})-([0-9a-f]{24})$/;
const DOCUMENT = /^([a-z0-9-]+)\.doc$/;
const SEGMENT = /^[a-z0-9-]+$/;

/** Contents that stay after they were replaced, so that a reader who just saw their head still finds them. */
const KEPT = 3;
/** How often a reader who is overtaken by writers looks again. */
const LOOKS = 50;
const HALVES = 'halves.tmp';

/** Documents in a directory of this machine, which is made at the first writing, mode 0700. For one machine: not for network file systems. */
export function openDirectoryStore(directory: string): DocumentStore {
  const told = (error: unknown): TestbedError => explain(directory, error);
  return {
    place: directory,
    read: (key) => telling(told, () => readDocument(folderOf(directory, key))),
    write: (key, content, expected) =>
      telling(told, async () => {
        requireSize(key, content.length, directory);
        const folder = folderOf(directory, key);
        if (expected !== 'absent') return replace(folder, `head-${requireToken(expected)}`, content);
        return create(directory, folder, content);
      }),
    end: (key, expected) => telling(told, () => endDocument(folderOf(directory, key), requireToken(expected))),
    async *list(prefix) {
      requirePrefix(prefix);
      yield* await telling(told, async () => keysBelow(directory, prefix));
    },
    async close() {},
  };
}

interface Head {
  readonly kind: 'head' | 'ended';
  readonly number: number;
  /** `<number>-<nonce>` */
  readonly token: string;
}

async function readDocument(folder: string): Promise<StoredDocument | undefined> {
  for (let looks = 0; ; looks += 1) {
    const { head } = await look(folder);
    if (head?.kind !== 'head') return undefined;
    const file = join(folder, head.token);
    try {
      return { content: await readBounded(file), version: versionOf(head.token) };
    } catch (error) {
      // Replaced, and pruned already, since we looked.
      if (!hasErrorCode(error, 'ENOENT')) throw hasErrorCode(error, 'ELOOP') ? documentUnreadable(file, error) : error;
      if (looks >= LOOKS) throw documentUnreadable(file, error);
    }
  }
}

/** Puts new contents where `source`, a head or the mark of an ended document, is still there. */
async function replace(folder: string, source: string, content: Buffer): Promise<WriteOutcome> {
  const seen = await look(folder);
  if (!seen.names.includes(source)) return { kind: 'conflict' };
  const number = Number(HEAD.exec(source)?.[2]) + 1;
  const token = `${number}-${nonce()}`;
  const file = join(folder, token);
  try {
    await writeSynced(file, content);
    await sync(folder);
    renameSync(join(folder, source), join(folder, `head-${token}`));
  } catch (error) {
    discard(file);
    // The head is another one, or the document was ended and its folder with it.
    if (hasErrorCode(error, 'ENOENT')) return { kind: 'conflict' };
    throw error;
  }
  await sync(folder);
  prune(folder, seen.names, number);
  return { kind: 'written', version: versionOf(token) };
}

async function create(root: string, folder: string, content: Buffer): Promise<WriteOutcome> {
  await makeFolders(root, folder);
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const { head, names } = await look(folder);
    if (head?.kind === 'head') return { kind: 'conflict' };
    if (head !== undefined) {
      const outcome = await replace(folder, `ended-${head.token}`, content);
      // Another one made it again, or cleared it away: which of both, the next look tells.
      if (outcome.kind === 'written') return outcome;
      continue;
    }
    // What a clearing that was cut off left.
    for (const name of names) if (CONTENT.test(name)) discard(join(folder, name));
    const token = `1-${nonce()}`;
    if (await appear(root, folder, token, content)) return { kind: 'written', version: versionOf(token) };
  }
  throw new Error(`${folder} changed ${LOOKS} times while it was looked at, or holds foreign files`);
}

/** Whether the document's whole folder appeared; false where there is one already. */
async function appear(root: string, folder: string, token: string, content: Buffer): Promise<boolean> {
  const half = join(root, HALVES, nonce());
  try {
    mkdirSync(half, { mode: 0o700 });
    await writeSynced(join(half, token), content);
    await writeSynced(join(half, `head-${token}`), Buffer.alloc(0));
    await sync(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // ENOENT: somebody took ours for a dead process's half, or ended a folder above.
    if (hasErrorCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) return false;
    throw error;
  }
  await sync(join(folder, '..'));
  return true;
}

async function endDocument(folder: string, token: string): Promise<'ended' | 'conflict'> {
  try {
    if (!isFolder(folder)) return 'conflict';
    renameSync(join(folder, `head-${token}`), join(folder, `ended-${token}`));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return 'conflict';
    throw error;
  }
  await sync(folder);
  clear(folder, token);
  return 'ended';
}

/** Frees an ended document's room. Whoever makes it again meanwhile uses the mark up first, and is not touched. */
function clear(folder: string, token: string): void {
  const { names } = namesIn(folder);
  // Without the mark this is another folder of the same name: small numbers in it are new ones.
  if (!names.includes(`ended-${token}`)) return;
  const ended = Number(CONTENT.exec(token)?.[1]);
  for (const name of names) if (Number(CONTENT.exec(name)?.[1]) <= ended) discard(join(folder, name));
  discard(join(folder, `ended-${token}`));
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it again, or it is gone: both are fine.
  }
}

function prune(folder: string, names: readonly string[], number: number): void {
  for (const name of names) if (Number(CONTENT.exec(name)?.[1]) <= number - KEPT) discard(join(folder, name));
}

/** What counts in a folder. Looks again where contents have no head: a directory may be read while a name in it changes. */
async function look(folder: string): Promise<{ readonly head: Head | undefined; readonly names: readonly string[] }> {
  for (let looks = 1; ; looks += 1) {
    const found = namesIn(folder);
    if (found.head !== undefined || found.names.length === 0 || looks === 3) return found;
    await delay(2);
  }
}

function namesIn(folder: string): { readonly head: Head | undefined; readonly names: readonly string[] } {
  let names: string[];
  try {
    names = isFolder(folder) ? readdirSync(folder) : [];
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return { head: undefined, names: [] };
    throw error;
  }
  let head: Head | undefined;
  for (const name of names) {
    const [, kind, number, mark] = HEAD.exec(name) ?? [];
    if (kind === undefined || number === undefined || mark === undefined) continue;
    const each: Head = {
      kind: kind === 'head' ? 'head' : 'ended',
      number: Number(number),
      token: `${number}-${mark}`,
    };
    // Seen in the middle of a rename there may be both names: the later one counts.
    if (head === undefined || each.number > head.number || (each.number === head.number && each.kind === 'ended'))
      head = each;
  }
  return { head, names };
}

async function keysBelow(root: string, prefix: string): Promise<string[]> {
  const found: string[] = [];
  const walk = (folder: string, path: string): void => {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    for (const entry of entries) {
      // Links and foreign files are none of ours.
      if (!entry.isDirectory()) continue;
      const key = `${path}${DOCUMENT.exec(entry.name)?.[1] ?? ''}`;
      if (key !== path && key.startsWith(prefix) && namesIn(join(folder, entry.name)).head?.kind === 'head')
        found.push(key);
      const below = `${path}${entry.name}/`;
      if (SEGMENT.test(entry.name) && (below.startsWith(prefix) || prefix.startsWith(below)))
        walk(join(folder, entry.name), below);
    }
  };
  walk(root, '');
  return found.sort();
}

/** The document's folder. Links are followed up to the store's own directory, and nowhere below. */
function folderOf(root: string, key: string): string {
  const segments = requireKey(key).split('/');
  for (let depth = 1; depth < segments.length; depth += 1) isFolder(join(root, ...segments.slice(0, depth)));
  return join(root, `${key}.doc`);
}

/** Makes the folders above a document's own, and the one for halves; the names last after a power cut. */
async function makeFolders(root: string, folder: string): Promise<void> {
  const above = join(folder, '..');
  const first = mkdirSync(above, { recursive: true, mode: 0o700 });
  if ((statSync(root).mode & 0o022) !== 0) throw new WidePermissions(root);
  if (first !== undefined)
    for (let each = above; each.length >= dirname(first).length; each = dirname(each)) {
      await sync(each);
      if (each === dirname(each)) break;
    }
  const halves = join(root, HALVES);
  mkdirSync(halves, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(halves)) removeDeadHalf(join(halves, name));
}

function requireToken(version: Version): string {
  if (CONTENT.test(version)) return version;
  throw new TypeError(`${JSON.stringify(version)} is no version of a directory's document`);
}

function nonce(): string {
  return randomBytes(12).toString('hex');
}

class WidePermissions extends Error {
  constructor(root: string) {
    super(`others may write to ${root}`);
  }
}

function explain(root: string, error: unknown): TestbedError {
  if (isNoSpace(error)) return noSpace(root, error);
  if (error instanceof WidePermissions)
    return storeForbidden(root, error, text(`chmod 700 '${root}'`, `chmod 700 '${root}'`));
  if (hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS')) return storeForbidden(root, error);
  return storeUnreachable(root, error);
}
