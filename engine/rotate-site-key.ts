import { TestbedError, text } from '../errors';
import { takeClaim } from './claims/claim';
import type { Claim } from './claims/held-claim';
import { KEYS, rewrapped, takeUpOldKeys, wrappedBy, type DataKeysPlace } from './data-keys';
import {
  currentSiteKey,
  makeSiteKey,
  nextSiteKey,
  readSiteKeyDocument,
  settleNextKey,
  siteKeyContent,
  SITE_KEY_DOCUMENT,
  wrongSiteKey,
  type SiteKey,
  type SiteKeyDocument,
} from './site-key';

/** What is claimed, so that one rotates at a time: no stack's name. */
const ROTATION = 'site-key';
/** Of a writing that meets others. */
const TRIES = 20;

export interface Rotation {
  /** `finished`: one that was begun before, and interrupted, came to its end. */
  readonly outcome: 'rotated' | 'finished';
  readonly from: string;
  readonly to: string;
  /** How many data keys were wrapped anew by this run. */
  readonly rewrapped: number;
}

export interface RotationProgress {
  readonly onRewrapped: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives a site another key and wraps every data key by it. The new key lies beside the old one until all is done, and each document says which key wraps it: so
 * others go on working meanwhile on this machine, and a run that was killed anywhere is taken up by the next one. On other machines of the site the new
 * `site.secret` must be put afterwards. Throws SiteKeyRefused, StateUnreadable and what the store throws; the signal's reason between two keys.
 */
export async function rotateSiteKey(place: DataKeysPlace, progress: RotationProgress): Promise<Rotation> {
  const claim = await takeClaim({
    store: place.store,
    stack: ROTATION,
    purpose: 'keys rotate',
    signal: progress.signal,
  });
  try {
    return await rotate(place, claim, progress);
  } finally {
    await claim.giveBack('forget');
  }
}

async function rotate(place: DataKeysPlace, claim: Claim, progress: RotationProgress): Promise<Rotation> {
  const { directory } = place;
  await takeUpOldKeys(place);
  const former = currentSiteKey(directory);
  if (former === undefined) throw noKey(directory);
  const begun = nextSiteKey(directory);
  const next = begun ?? makeSiteKey(directory, 'next');
  const since = new Date().toISOString();
  const left = await announce(place, former, next, since);
  const passed = { rewrapped: 0 };
  // New keys may still come that were begun before the announcement: until nothing of the former key is left.
  while (left !== 'settled' && (await rewrapAll(place, next, passed, progress)) > 0);
  await settle(place, next);
  // A last look for one that was written between the last pass and the settling, while the former key is at hand.
  await rewrapAll(place, next, passed, progress);
  await claim.verify();
  settleNextKey(directory, next);
  return {
    outcome: begun === undefined ? 'rotated' : 'finished',
    from: former.fingerprint,
    to: next.fingerprint,
    rewrapped: passed.rewrapped,
  };
}

/** Says in the store that the next key counts. `settled`: an earlier run got past that already. */
async function announce(
  { store, directory }: DataKeysPlace,
  former: SiteKey,
  next: SiteKey,
  since: string,
): Promise<'announced' | 'settled'> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await readSiteKeyDocument(store);
    const before: SiteKeyDocument = found?.document ?? { version: 1, fingerprint: former.fingerprint, since };
    if (before.fingerprint === next.fingerprint) return 'settled';
    if (before.fingerprint !== former.fingerprint) throw wrongSiteKey(store, directory, before.fingerprint);
    if (before.next !== undefined && before.next.fingerprint !== next.fingerprint) throw elsewhere(before.next);
    if (before.next !== undefined) return 'announced';
    const content = siteKeyContent({ ...before, next: { fingerprint: next.fingerprint, since } });
    const outcome = await store.write(SITE_KEY_DOCUMENT, content, found?.version ?? 'absent');
    if (outcome.kind === 'written') return 'announced';
  }
  throw new Error(`${SITE_KEY_DOCUMENT} is written by others all the time`);
}

async function settle({ store }: DataKeysPlace, next: SiteKey): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await readSiteKeyDocument(store);
    if (found === undefined || found.document.fingerprint === next.fingerprint) return;
    const since = found.document.next?.since ?? found.document.since;
    const content = siteKeyContent({ version: 1, fingerprint: next.fingerprint, since });
    if ((await store.write(SITE_KEY_DOCUMENT, content, found.version)).kind === 'written') return;
  }
  throw new Error(`${SITE_KEY_DOCUMENT} is written by others all the time`);
}

/** How many were wrapped by another key and are no more. */
async function rewrapAll(
  place: DataKeysPlace,
  next: SiteKey,
  passed: { rewrapped: number },
  { onRewrapped, signal }: RotationProgress,
): Promise<number> {
  const names: string[] = [];
  for await (const key of place.store.list(KEYS)) names.push(key.slice(KEYS.length));
  let [looked, changed] = [0, 0];
  for (const name of names) {
    signal.throwIfAborted();
    if (await rewrap(place, name, next)) changed += 1;
    looked += 1;
    onRewrapped(looked, names.length);
  }
  passed.rewrapped += changed;
  return changed;
}

async function rewrap(place: DataKeysPlace, name: string, next: SiteKey): Promise<boolean> {
  const { store } = place;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = await store.read(`${KEYS}${name}`);
    // Its testbed was ended meanwhile, or its maker wrapped it anew.
    if (found === undefined || wrappedBy(place, name, found) === next.fingerprint) return false;
    const outcome = await store.write(`${KEYS}${name}`, rewrapped(place, name, found, next), found.version);
    if (outcome.kind === 'written') return true;
  }
  throw new Error(`${KEYS}${name} is written by others all the time`);
}

function elsewhere(next: { readonly fingerprint: string; readonly since: string }): TestbedError {
  return new TestbedError(
    'SiteKeyRefused',
    text(
      `another machine began a rotation to the key ${next.fingerprint} on ${next.since} and has not ended it`,
      `다른 컴퓨터가 ${next.since}에 키 ${next.fingerprint}(으)로 교체를 시작했고 아직 끝나지 않았습니다`,
    ),
    {
      hint: text(
        'finish it there: testbed keys rotate; where that machine is lost: testbed state restore FILE',
        '그 컴퓨터에서 마무리하세요: testbed keys rotate. 그 컴퓨터를 잃었다면: testbed state restore 파일',
      ),
    },
  );
}

function noKey(directory: string): TestbedError {
  return new TestbedError(
    'SiteKeyRefused',
    text(`there is no site key in ${directory} to rotate`, `${directory}에 교체할 사이트 키가 없습니다`),
    {
      hint: text(
        'it is made with the first testbed; on a second machine copy site.secret there',
        '키는 첫 테스트베드와 함께 만들어집니다. 두 번째 컴퓨터라면 site.secret을 복사하세요',
      ),
    },
  );
}
