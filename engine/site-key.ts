import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { hasErrorCode } from '../host/error-code';
import type { DocumentStore, Version } from './store/types';

const KEY_BYTES = 32;
/** The site's key: a file that its operator copies to each machine of the site. */
const KEY_FILE = 'site.secret';
/** The one that takes its place while a rotation goes on. */
const NEXT_FILE = 'site.next.secret';
/** Which key the site is on: no key itself, only its fingerprint. */
export const SITE_KEY_DOCUMENT = 'site/key';

const fingerprint = z.string().regex(/^[0-9a-f]{16}$/);
const mark = z.strictObject({ fingerprint, since: z.string() });
const siteKeyDocument = mark.extend({ version: z.literal(1), next: mark.optional() });
export type SiteKeyDocument = z.output<typeof siteKeyDocument>;

export interface SiteKey {
  readonly bytes: Buffer;
  /** 16 hexadecimal digits that tell keys apart and say nothing of them. */
  readonly fingerprint: string;
  /** Where it lies. */
  readonly file: string;
}

/** The keys that this machine has, by fingerprint: one, or two while a rotation goes on. Throws SiteKeyRefused, StateUnreadable. */
export function readSiteKeys(directory: string): ReadonlyMap<string, SiteKey> {
  // In this order: the next one may take the other's place between the two looks.
  const found = [NEXT_FILE, KEY_FILE].flatMap((name) => {
    const key = readKey(join(directory, name));
    return key === undefined ? [] : [[key.fingerprint, key] as const];
  });
  return new Map(found);
}

/** The key that was given to this machine first, if any. */
export function currentSiteKey(directory: string): SiteKey | undefined {
  return readKey(join(directory, KEY_FILE));
}

export function nextSiteKey(directory: string): SiteKey | undefined {
  return readKey(join(directory, NEXT_FILE));
}

/** Makes the key where there is none; two processes at the same time agree on one. Throws NoSpace, StateUnreadable. */
export function makeSiteKey(directory: string, which: 'current' | 'next', bytes = randomBytes(KEY_BYTES)): SiteKey {
  const file = join(directory, which === 'current' ? KEY_FILE : NEXT_FILE);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeWhole(file, bytes.toString('base64'), { durable: true, existing: 'keep' });
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(file, cause) : unreadable(file, cause);
  }
  const made = readKey(file);
  if (made === undefined) throw unreadable(file, new Error('it vanished'));
  return made;
}

/** Puts a key in the place of whatever is there. Throws NoSpace, StateUnreadable. */
export function replaceSiteKey(directory: string, bytes: Buffer): void {
  const file = join(directory, KEY_FILE);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeWhole(file, bytes.toString('base64'), { durable: true });
    rmSync(join(directory, NEXT_FILE), { force: true });
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(file, cause) : unreadable(file, cause);
  }
}

/** The next key takes the place of the former one, which is gone then. Does nothing where it has done so already. */
export function settleNextKey(directory: string, next: SiteKey): void {
  if (nextSiteKey(directory)?.fingerprint === next.fingerprint)
    renameSync(join(directory, NEXT_FILE), join(directory, KEY_FILE));
}

export function fingerprintOf(key: Buffer): string {
  return createHmac('sha256', key).update('testbed site key fingerprint 1').digest('hex').slice(0, 16);
}

/** Throws StateUnreadable naming the document. */
export async function readSiteKeyDocument(
  store: DocumentStore,
): Promise<{ readonly document: SiteKeyDocument; readonly version: Version } | undefined> {
  const found = await store.read(SITE_KEY_DOCUMENT);
  if (found === undefined) return undefined;
  try {
    return { document: siteKeyDocument.parse(JSON.parse(found.content.toString('utf8'))), version: found.version };
  } catch (cause) {
    throw unreadable(`${SITE_KEY_DOCUMENT} in ${store.place}`, cause);
  }
}

export function siteKeyContent(document: SiteKeyDocument): Buffer {
  return Buffer.from(`${JSON.stringify(document)}\n`);
}

/** The error for a machine that lacks the key it needs: says which it has. */
export function wrongSiteKey(store: DocumentStore, directory: string, needed: string): TestbedError {
  const had = [...readSiteKeys(directory).keys()];
  const file = join(directory, KEY_FILE);
  return new TestbedError(
    'SiteKeyRefused',
    had.length === 0
      ? text(
          `${store.place} is on the site's key ${needed}, and this machine has none (${file})`,
          `${store.place}은(는) 사이트 키 ${needed}을(를) 사용하지만 이 컴퓨터에는 키가 없습니다(${file})`,
        )
      : text(
          `${store.place} is on the site's key ${needed}, and this machine has ${had.join(' and ')} (${file})`,
          `${store.place}은(는) 사이트 키 ${needed}을(를) 사용하지만 이 컴퓨터의 키는 ${had.join(', ')}입니다(${file})`,
        ),
    {
      hint: text(
        `copy the site's key to ${file}, mode 0600, from a machine whose \`testbed keys show\` says that it has ${needed}; or restore a backup: testbed state restore FILE`,
        `\`testbed keys show\`에 이 컴퓨터의 키로 ${needed}이(가) 표시되는 컴퓨터에서 사이트 키를 ${file}(권한 0600)로 복사하거나, 백업을 복원하세요: testbed state restore 파일`,
      ),
    },
  );
}

function readKey(file: string): SiteKey | undefined {
  let content: string;
  try {
    const { mode } = statSync(file);
    if ((mode & 0o077) !== 0) throw exposed(file, mode);
    content = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    if (cause instanceof TestbedError) throw cause;
    throw unreadable(file, cause);
  }
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length !== KEY_BYTES)
    throw unreadable(file, new Error(`it holds ${bytes.length} bytes instead of ${KEY_BYTES}`));
  return { bytes, fingerprint: fingerprintOf(bytes), file };
}

function exposed(file: string, mode: number): TestbedError {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return new TestbedError(
    'SiteKeyRefused',
    text(
      `the site's key ${file} is open to others (mode ${octal}): who reads it can read every password in the states`,
      `사이트 키 ${file}이(가) 다른 사용자에게 열려 있습니다(권한 ${octal}). 이 키를 읽으면 상태에 담긴 모든 비밀번호를 알 수 있습니다`,
    ),
    {
      hint: text(
        `close it: chmod 600 ${file}; where somebody may have read it: testbed keys rotate`,
        `닫으세요: chmod 600 ${file}. 누군가 읽었을 수 있다면: testbed keys rotate`,
      ),
    },
  );
}

/** The error for a key that is there and cannot be read; `place` is a file, or a document and its store. */
export function unreadable(place: string, cause: unknown): TestbedError {
  const why = (cause instanceof z.ZodError ? z.prettifyError(cause) : reasonOf(cause)).slice(0, 300);
  return new TestbedError(
    'StateUnreadable',
    text(`cannot read the key ${place}: ${why}`, `키 ${place}을(를) 읽을 수 없습니다: ${why}`),
    {
      cause,
      hint: text(
        'restore it from a backup: testbed state restore FILE; where only the data key of a testbed is lost: testbed state rebuild NAME',
        '백업에서 복원하세요: testbed state restore 파일. 테스트베드 하나의 데이터 키만 잃었다면: testbed state rebuild 이름',
      ),
    },
  );
}
