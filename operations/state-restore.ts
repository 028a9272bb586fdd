import { isAbsolute, join } from 'node:path';
import { MAX_DOCUMENT_BYTES } from '../engine/store/document';
import type { DocumentStore, Version } from '../engine/store/types';
import { TestbedError, text, type Text } from '../errors';
import { lookAtClaims, requireQuiet } from './held-claims';
import { readPassphrase } from './passphrase';
import { openSealed, refusedFile, type SealedFile, type SealedHeader } from './sealed-file';
import { prepareSite, type Site } from './site';
import { SITE_KEY_ENTRY } from './state-backup';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';
import { transfer } from './transfer-progress';

const LONGEST_KEY = 200;

export interface StateRestoreOptions {
  readonly file: string;
  readonly passphraseFile?: string | undefined;
  /** Agrees that what the site keeps now is ended. Default: only an empty site is restored into. */
  readonly replace?: boolean | undefined;
}

export interface StateRestoreResult {
  readonly file: string;
  readonly backup: SealedHeader;
  /** Where it was restored to. */
  readonly store: string;
  /** Documents of before that the backup does not have. */
  readonly ended: number;
}

/**
 * Puts a backup back: the site's key on this machine, and every document into the store. The file is read to its end and compared before anything is written. Asks
 * first. Throws BackupRefused, NotEmpty for a site that keeps something already, OperationRunning, SiteKeyRefused, and what the store throws; after an
 * interruption the same command with `replace` goes on.
 */
export async function restoreState(
  options: StateRestoreOptions,
  surroundings: Surroundings,
): Promise<StateRestoreResult> {
  const file = isAbsolute(options.file) ? options.file : join(surroundings.cwd, options.file);
  const passphrase = await readPassphrase(options.passphraseFile, 'known', surroundings);
  const sealed = await openSealed(file, passphrase);
  try {
    await check(file, sealed);
    await using site = await openStoredSite(prepareSite(surroundings.environment), surroundings);
    const { store } = site;
    requireQuiet(await lookAtClaims(store));
    const before = new Map<string, Version>();
    for await (const key of store.list('')) {
      const found = key.startsWith('claims/') ? undefined : await store.read(key);
      if (found !== undefined) before.set(key, found.version);
    }
    await requireEmpty(site, store, before.size, options.replace === true, sealed.header);
    await surroundings.confirm(question(store, before.size, sealed.header));
    const moved = { bytes: 0 };
    const title = text(`restore ${store.place}`, `${store.place} 복원`);
    const ended = await transfer(
      title,
      surroundings,
      () => moved.bytes,
      () => putBack({ file, sealed, site, store, before, moved }),
    );
    return { file, backup: sealed.header, store: store.place, ended };
  } finally {
    await sealed.close();
  }
}

/** Reads it to its end, so that nothing is written of one that is damaged further on. */
async function check(file: string, sealed: SealedFile): Promise<void> {
  let [documents, keys] = [0, 0];
  for await (const { key } of entriesOf(file, sealed)) {
    if (key === SITE_KEY_ENTRY) keys += 1;
    else documents += 1;
  }
  if (documents !== sealed.header.documents || keys !== 1)
    throw refusedFile(
      file,
      text(
        `it holds ${documents} documents instead of ${sealed.header.documents}`,
        `문서가 ${sealed.header.documents}개가 아니라 ${documents}개 들어 있습니다`,
      ),
    );
}

interface Restoring {
  readonly file: string;
  readonly sealed: SealedFile;
  readonly site: Site;
  readonly store: DocumentStore;
  readonly before: Map<string, Version>;
  readonly moved: { bytes: number };
}

async function putBack({ file, sealed, site, store, before, moved }: Restoring): Promise<number> {
  const { replaceSiteKey } = await import('../engine/site-key.js');
  for await (const { key, content } of entriesOf(file, sealed)) {
    moved.bytes += content.length;
    if (key === SITE_KEY_ENTRY) {
      replaceSiteKey(site.keysDirectory, content);
      continue;
    }
    const outcome = await store.write(key, content, before.get(key) ?? 'absent');
    if (outcome.kind === 'conflict') throw changed(key);
    before.delete(key);
  }
  // What is left is not in the backup.
  for (const [key, version] of before) if ((await store.end(key, version)) === 'conflict') throw changed(key);
  return before.size;
}

async function* entriesOf(
  file: string,
  sealed: SealedFile,
): AsyncGenerator<{ readonly key: string; readonly content: Buffer }> {
  const parts = sealed.content();
  const chunks: Buffer[] = [];
  let held = 0;
  const take = async (length: number): Promise<Buffer | undefined> => {
    while (held < length) {
      const next = await parts.next();
      if (next.done === true) return undefined;
      chunks.push(next.value);
      held += next.value.length;
    }
    const all = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
    chunks.splice(0, chunks.length, all.subarray(length));
    held -= length;
    return Buffer.from(all.subarray(0, length));
  };
  for (;;) {
    const lengths = await take(8);
    if (lengths === undefined) {
      if (held > 0) throw malformed(file);
      return;
    }
    const [keyLength, contentLength] = [lengths.readUInt32BE(0), lengths.readUInt32BE(4)];
    if (keyLength > LONGEST_KEY || contentLength > MAX_DOCUMENT_BYTES) throw malformed(file);
    const [key, content] = [await take(keyLength), await take(contentLength)];
    if (key === undefined || content === undefined) throw malformed(file);
    yield { key: key.toString('utf8'), content };
  }
}

async function requireEmpty(
  { keysDirectory }: Site,
  store: DocumentStore,
  documents: number,
  replace: boolean,
  backup: SealedHeader,
): Promise<void> {
  if (replace) return;
  const { readSiteKeys } = await import('../engine/site-key.js');
  const others = [...readSiteKeys(keysDirectory).keys()].filter((one) => one !== backup.site);
  if (documents === 0 && others.length === 0) return;
  throw new TestbedError(
    'NotEmpty',
    documents > 0
      ? text(
          `${store.place} keeps ${documents} documents already, which a restore would replace`,
          `${store.place}에 문서 ${documents}개가 이미 있으며 복원하면 대체됩니다`,
        )
      : text(
          `this machine has the site's key ${others.join(' and ')} in ${keysDirectory}, which a restore would replace`,
          `이 컴퓨터의 ${keysDirectory}에 사이트 키 ${others.join(', ')}이(가) 있으며 복원하면 대체됩니다`,
        ),
    {
      hint: text(
        'restore into an empty TESTBED_HOME, or give --replace to end what is there',
        '비어 있는 TESTBED_HOME에 복원하거나, 기존 내용을 대체하려면 --replace를 지정하세요',
      ),
    },
  );
}

function question(store: DocumentStore, documents: number, { takenAt, testbeds }: SealedHeader): Text {
  return documents === 0
    ? text(
        `restore ${testbeds} testbeds of ${takenAt} into ${store.place}?`,
        `${takenAt}의 테스트베드 ${testbeds}개를 ${store.place}에 복원할까요?`,
      )
    : text(
        `replace the ${documents} documents of ${store.place} by the state of ${takenAt} with ${testbeds} testbeds? what was made since is known to nobody then`,
        `${store.place}의 문서 ${documents}개를 ${takenAt}의 상태(테스트베드 ${testbeds}개)로 대체할까요? 그 뒤에 만든 것은 기록에서 사라집니다`,
      );
}

function malformed(file: string): TestbedError {
  return refusedFile(file, text('its content is not in the form of a backup', '내용이 백업 형식이 아닙니다'));
}

function changed(key: string): TestbedError {
  return new TestbedError(
    'OperationRunning',
    text(
      `${key} was changed by another run while the state was restored, which is not whole now`,
      `복원하는 동안 다른 실행이 ${key}을(를) 변경하여 복원이 완료되지 않았습니다`,
    ),
    {
      hint: text(
        'wait for its end, then run the same command again with --replace',
        '그 작업이 끝난 뒤 --replace를 붙여 같은 명령을 다시 실행하세요',
      ),
    },
  );
}
