import type { Rotation } from '../engine/rotate-site-key';
import { text } from '../errors';
import { openSite, prepareSite } from './site';
import { openStoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

export interface KeysShown {
  /** Where the site's state is kept. */
  readonly store: string;
  /** Fingerprint of the key that the site is on, and since when; undefined where nothing was ever made. */
  readonly site: { readonly fingerprint: string; readonly since: string } | undefined;
  /** A rotation that was begun and has not ended: to which key. */
  readonly next: { readonly fingerprint: string; readonly since: string } | undefined;
  /** Fingerprints of the keys that this machine has. */
  readonly here: readonly string[];
  readonly dataKeys: number;
}

/** Which key a site is on, and which this machine has. Throws SiteKeyRefused for a key file that others may read. */
export async function showKeys(surroundings: Surroundings): Promise<KeysShown> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const { readSiteKeyDocument, readSiteKeys } = await import('../engine/site-key.js');
  const found = await readSiteKeyDocument(site.store);
  let dataKeys = 0;
  for await (const _key of site.store.list('keys/')) dataKeys += 1;
  const { fingerprint, since } = found?.document ?? {};
  return {
    store: site.store.place,
    site: fingerprint === undefined || since === undefined ? undefined : { fingerprint, since },
    next: found?.document.next,
    here: [...readSiteKeys(site.keysDirectory).keys()],
    dataKeys,
  };
}

export interface KeysRotated extends Rotation {
  /** The file that is to be copied to the site's other machines. */
  readonly file: string;
}

/** Gives the site another key and wraps every data key by it, after asking. What works on testbeds meanwhile goes on. Killed anywhere, the same command takes it up. */
export async function rotateKeys(surroundings: Surroundings): Promise<KeysRotated> {
  await surroundings.confirm(
    text(
      'give this site another key? other machines of the site need the new file afterwards, and the former key is gone: backups keep the key of their time',
      '이 사이트의 키를 교체할까요? 사이트의 다른 컴퓨터에는 새 파일을 복사해야 하며 이전 키는 사라집니다. 백업에는 당시의 키가 들어 있습니다',
    ),
  );
  await using site = await openStoredSite(prepareSite(surroundings.environment), surroundings);
  const { rotateSiteKey } = await import('../engine/rotate-site-key.js');
  const { onProgress, signal } = surroundings;
  const began = performance.now();
  const step = { id: 'keys', title: text('wrap the data keys anew', '데이터 키 다시 감싸기') };
  const elapsedMs = (): number => performance.now() - began;
  onProgress({ ...step, state: 'start' });
  try {
    const done = await rotateSiteKey(
      { store: site.store, directory: site.keysDirectory },
      {
        signal,
        onRewrapped: (at, total) =>
          onProgress({
            ...step,
            state: 'update',
            detail: text(`${at} of ${total}`, `${total}개 중 ${at}개`),
            elapsedMs: elapsedMs(),
          }),
      },
    );
    onProgress({ ...step, state: 'done', elapsedMs: elapsedMs() });
    return { ...done, file: `${site.keysDirectory}/site.secret` };
  } catch (error) {
    onProgress({ ...step, state: 'failed', elapsedMs: elapsedMs() });
    throw error;
  }
}
