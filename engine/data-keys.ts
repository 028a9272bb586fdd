import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isTestbedError } from '../errors';
import { hasErrorCode } from '../host/error-code';
import { readPublished, stateKey } from './published-state';
import { seal, sealedKey, unseal } from './sealing';
import {
  currentSiteKey,
  makeSiteKey,
  readSiteKeyDocument,
  readSiteKeys,
  siteKeyContent,
  SITE_KEY_DOCUMENT,
  unreadable,
  wrongSiteKey,
  type SiteKey,
} from './site-key';
import { isStackName, requireStackName } from './stack-name';
import type { DocumentStore, StoredDocument } from './store/types';

const KEY_BYTES = 32;
export const KEYS = 'keys/';
/** Of a writing that meets others: each try is another writer's success. */
const TRIES = 20;
/** As earlier versions kept it, in a file of its own. */
const oldWrapped = sealedKey.extend({ version: z.literal(1) });
const wrapped = sealedKey.extend({ version: z.literal(2), site: z.string() });

export interface DataKeysPlace {
  readonly store: DocumentStore;
  /** Where this machine has the site's key, and where earlier versions kept the wrapped ones. */
  readonly directory: string;
}

export interface DataKeys {
  /**
   * The stack's data key in base64; made at the first call, but never where a state is published: that one was sealed by a key that is lost. Throws SiteKeyRefused,
   * StateUnreadable and what the store throws.
   */
  forStack(name: string): Promise<string>;
  /** As `forStack`, without making one: undefined where there is none. */
  ofStack(name: string): Promise<string | undefined>;
  /** Forgets the stack's key: what it encrypted can never be read again. */
  end(name: string): Promise<void>;
}

/**
 * One random key a stack, the document `keys/<stack>`, wrapped by the site's key (AES-256-GCM, bound to the stack's name) whose fingerprint it bears. The site's
 * key is a file of its own, mode 0600, made once by the first machine of a site. Losing it loses every secret in the states; the testbeds
 * themselves can still be ended.
 */
export function openDataKeys(place: DataKeysPlace): DataKeys {
  const { store, directory } = place;
  const present = async (name: string): Promise<string | undefined> => {
    const key = keyOf(name);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const found = (await store.read(key)) ?? (await takeUpOld(place, name));
      if (found === undefined) return undefined;
      const opened = unwrap(place, name, found);
      if (opened !== undefined) return opened.toString('base64');
      // A rotation may have ended between the two looks: then the document is another one by now.
      const now = await store.read(key);
      if (now?.version === found.version) throw wrongSiteKey(store, directory, wrappedBy(place, name, found));
    }
    throw unreadable(`${key} in ${store.place}`, new Error('it is written all the time'));
  };
  return {
    async forStack(name) {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = (await present(name)) ?? (await makeKey(place, name))?.toString('base64');
        if (found !== undefined) return found;
      }
      throw unreadable(`${keyOf(name)} in ${store.place}`, new Error('it is written and ended all the time'));
    },
    ofStack: present,
    async end(name) {
      const key = keyOf(name);
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await store.read(key);
        if (found === undefined || (await store.end(key, found.version)) === 'ended') break;
      }
      for (const ending of ['.key', '.key.moved']) rmSync(join(directory, `${name}${ending}`), { force: true });
    },
  };
}

function keyOf(name: string): string {
  return `${KEYS}${requireStackName(name)}`;
}

/** Undefined where another run was first. */
async function makeKey(place: DataKeysPlace, name: string): Promise<Buffer | undefined> {
  const { store } = place;
  await refuseLostKey(store, name);
  const by = await wrappingKey(place);
  const bytes = randomBytes(KEY_BYTES);
  let outcome = await store.write(keyOf(name), wrappedContent(bytes, by, name), 'absent');
  // A rotation that ended meanwhile may not have seen it, and the former key is gone with it: so it is looked at again.
  for (let tries = 0; tries < TRIES && outcome.kind === 'written'; tries += 1) {
    const now = await wrappingKey(place);
    if (now.fingerprint === by.fingerprint) return bytes;
    outcome = await store.write(keyOf(name), wrappedContent(bytes, now, name), outcome.version);
    if (outcome.kind === 'written') return bytes;
  }
  return undefined;
}

/** Looked at after no key was found: whoever published a state meanwhile made its key before, so it is there by now. */
async function refuseLostKey(store: DocumentStore, name: string): Promise<void> {
  const stack = { name, store };
  if ((await readPublished(stack))?.content === undefined || (await store.read(keyOf(name))) !== undefined) return;
  throw unreadable(
    `${keyOf(name)} in ${store.place}`,
    new Error(`it is missing, and ${stateKey(name)} is sealed by it`),
  );
}

/** The key that new data keys are wrapped by: the site's, or the next one as soon as a rotation has begun. The first machine of a site makes it. */
async function wrappingKey({ store, directory }: DataKeysPlace): Promise<SiteKey> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const site = await readSiteKeyDocument(store);
    if (site !== undefined) {
      const { fingerprint, next } = site.document;
      const keys = readSiteKeys(directory);
      const key = (next === undefined ? undefined : keys.get(next.fingerprint)) ?? keys.get(fingerprint);
      if (key !== undefined) return key;
      if ((await readSiteKeyDocument(store))?.version === site.version)
        throw wrongSiteKey(store, directory, fingerprint);
      continue;
    }
    const { fingerprint } = currentSiteKey(directory) ?? makeSiteKey(directory, 'current');
    const content = siteKeyContent({ version: 1, fingerprint, since: new Date().toISOString() });
    await store.write(SITE_KEY_DOCUMENT, content, 'absent');
  }
  throw unreadable(`${SITE_KEY_DOCUMENT} in ${store.place}`, new Error('it is written and ended all the time'));
}

/** Which of the site's keys wraps it. Throws StateUnreadable naming the document. */
export function wrappedBy({ store }: DataKeysPlace, name: string, { content }: StoredDocument): string {
  return parse(store, name, content).site;
}

/** The same data key wrapped by another of the site's keys. */
export function rewrapped(place: DataKeysPlace, name: string, found: StoredDocument, by: SiteKey): Buffer {
  const bytes = unwrap(place, name, found);
  if (bytes === undefined) throw wrongSiteKey(place.store, place.directory, wrappedBy(place, name, found));
  return wrappedContent(bytes, by, name);
}

/** Takes up every key that an earlier version kept in a file, and ends what stayed of those that were: the former site's key wraps it still. */
export async function takeUpOldKeys(place: DataKeysPlace): Promise<void> {
  for (const name of filesIn(place.directory)) {
    const stack = name.endsWith('.key') ? name.slice(0, -'.key'.length) : '';
    if (isStackName(stack)) await takeUpOld(place, stack);
  }
  for (const name of filesIn(place.directory))
    if (name.endsWith('.key.moved')) rmSync(join(place.directory, name), { force: true });
}

/** What an earlier version kept in a file goes into the store as it is. Undefined where there is none. */
async function takeUpOld(place: DataKeysPlace, name: string): Promise<StoredDocument | undefined> {
  const { store, directory } = place;
  const file = join(directory, `${name}.key`);
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    throw unreadable(file, cause);
  }
  const by = currentSiteKey(directory) ?? makeSiteKey(directory, 'current');
  try {
    const sealed = oldWrapped.parse(JSON.parse(content));
    unseal(sealed, by.bytes, name);
    await wrappingKey(place);
    const taken = Buffer.from(`${JSON.stringify({ ...sealed, version: 2, site: by.fingerprint })}\n`);
    await store.write(keyOf(name), taken, 'absent');
  } catch (cause) {
    throw isTestbedError(cause) ? cause : unreadable(file, cause);
  }
  try {
    renameSync(file, `${file}.moved`);
  } catch (cause) {
    // Another run took it up.
    if (!hasErrorCode(cause, 'ENOENT')) throw unreadable(file, cause);
  }
  return store.read(keyOf(name));
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    throw unreadable(directory, cause);
  }
}

function wrappedContent(bytes: Buffer, by: SiteKey, name: string): Buffer {
  return Buffer.from(
    `${JSON.stringify({ version: 2, site: by.fingerprint, ...seal(bytes, by.bytes, requireStackName(name)) })}\n`,
  );
}

/** Undefined where this machine lacks the key that wraps it. */
function unwrap({ store, directory }: DataKeysPlace, name: string, found: StoredDocument): Buffer | undefined {
  const sealed = parse(store, name, found.content);
  const by = readSiteKeys(directory).get(sealed.site);
  if (by === undefined) return undefined;
  try {
    return unseal(sealed, by.bytes, name);
  } catch (cause) {
    throw unreadable(`${keyOf(name)} in ${store.place}`, cause);
  }
}

function parse(store: DocumentStore, name: string, content: Buffer): z.output<typeof wrapped> {
  try {
    return wrapped.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    throw unreadable(`${keyOf(name)} in ${store.place}`, cause);
  }
}
