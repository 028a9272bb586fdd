import { isAbsolute, join } from 'node:path';
import type { DocumentStore } from '../engine/store/types';
import { TestbedError, text } from '../errors';
import { lookAtClaims, requireQuiet, requireUnmoved } from './held-claims';
import { takeUpOldLayout } from './old-layout';
import { readPassphrase } from './passphrase';
import { writeSealed, type SealedHeader } from './sealed-file';
import { openSite, type Site } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { transfer } from './transfer-progress';

/** What a backup holds besides documents: no store has a key like this. */
export const SITE_KEY_ENTRY = '/site.secret';
/** Who works on what says nothing on another day. */
const LEFT_OUT = 'claims/';
export const LIVE_RECORDS = 'records/live/';

export interface StateBackupOptions {
  readonly file: string;
  /** Holds the passphrase in its first line; asked for without it. */
  readonly passphraseFile?: string | undefined;
}

export interface StateBackupResult {
  readonly file: string;
  readonly bytes: number;
  readonly backup: SealedHeader;
}

/**
 * Writes all that a site keeps (states, data keys, records, the site's key) into one file that a passphrase encrypts. Refused while anything works on the site: the
 * picture is one moment. Throws OperationRunning, UsageWrong, SiteKeyRefused, StateUnreadable and what the store throws; no file is left then.
 */
export async function backupState(options: StateBackupOptions, surroundings: Surroundings): Promise<StateBackupResult> {
  const file = isAbsolute(options.file) ? options.file : join(surroundings.cwd, options.file);
  const folders = openSite(surroundings.environment);
  await using site = await openStoredSite(folders, surroundings);
  const { store } = site;
  const before = await lookAtClaims(store);
  requireQuiet(before);
  await takeUpOldLayout(site, store);
  const secret = await siteSecret(site, store);
  const keys: string[] = [];
  for await (const key of store.list('')) if (!key.startsWith(LEFT_OUT)) keys.push(key);
  const passphrase = await readPassphrase(options.passphraseFile, 'new', surroundings);
  const moved = { bytes: 0 };
  const about = {
    takenAt: surroundings.now().toISOString(),
    site: secret.fingerprint,
    documents: keys.length,
    testbeds: keys.filter((key) => key.startsWith(LIVE_RECORDS)).length,
  };
  async function* content(): AsyncGenerator<Buffer> {
    yield entry(SITE_KEY_ENTRY, secret.bytes);
    for (const key of keys) {
      surroundings.signal.throwIfAborted();
      const found = await store.read(key);
      if (found === undefined) throw gone(key);
      const part = entry(key, found.content);
      moved.bytes += part.length;
      yield part;
    }
    requireUnmoved(before, await lookAtClaims(store));
  }
  const title = text(`back up ${store.place}`, `${store.place} 백업`);
  const written = await transfer(
    title,
    surroundings,
    () => moved.bytes,
    () => writeSealed(file, about, passphrase, content()),
  );
  return { file, bytes: written.bytes, backup: written.header };
}

/** The site's key, which is none where nothing was ever made. Throws SiteKeyRefused where this machine has another one, or a rotation goes on. */
async function siteSecret(
  { keysDirectory }: Site,
  store: DocumentStore,
): Promise<{ readonly fingerprint: string; readonly bytes: Buffer }> {
  const { readSiteKeyDocument, readSiteKeys, wrongSiteKey } = await import('../engine/site-key.js');
  const found = await readSiteKeyDocument(store);
  if (found === undefined)
    throw new TestbedError(
      'UsageWrong',
      text(`${store.place} has nothing to back up`, `${store.place}에 백업할 것이 없습니다`),
      { hint: text('make a testbed first: testbed up', '먼저 테스트베드를 만드세요: testbed up') },
    );
  const { fingerprint, next } = found.document;
  if (next !== undefined)
    throw new TestbedError(
      'SiteKeyRefused',
      text(
        `a rotation to the key ${next.fingerprint} was begun and has not ended`,
        `키 ${next.fingerprint}(으)로 교체가 시작되었고 아직 끝나지 않았습니다`,
      ),
      { hint: text('finish it: testbed keys rotate', '마무리하세요: testbed keys rotate') },
    );
  const key = readSiteKeys(keysDirectory).get(fingerprint);
  if (key === undefined) throw wrongSiteKey(store, keysDirectory, fingerprint);
  return { fingerprint, bytes: key.bytes };
}

/** A key and a document, each behind its length. */
function entry(key: string, content: Buffer): Buffer {
  const name = Buffer.from(key);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(name.length, 0);
  lengths.writeUInt32BE(content.length, 4);
  return Buffer.concat([lengths, name, content]);
}

function gone(key: string): TestbedError {
  return new TestbedError(
    'OperationRunning',
    text(
      `${key} was ended while the state was read; no file was written`,
      `상태를 읽는 동안 ${key}이(가) 삭제되어 파일을 만들지 않았습니다`,
    ),
    { hint: text('run the same command again', '같은 명령을 다시 실행하세요') },
  );
}
