import { randomBytes } from 'node:crypto';
import { text } from '../../errors';
import { MAX_DOCUMENT_BYTES, isKey } from './document';
import { openRegisterStore, type Cell, type Held, type Register } from './register';
import { ENDED_BYTES, HEADER_BYTES, decodeObject, encodeObject } from './s3-object';
import { readS3Url, type S3Place } from './s3-options';
import { ask } from './s3-requests';
import { documentUnreadable, storeUnreachable } from './store-errors';
import type { DocumentStore } from './types';

/** In many stores an object cannot be a folder as well: `records/ended` and `records/ended/x` have to be told apart. */
const SUFFIX = '.doc';
const SMALL_BYTES = 64 * 1024;
const LIST_BYTES = 8 * 1024 * 1024;
/** Of 1,000 keys each: more documents than one site ever has. */
const MAX_PAGES = 1000;

/**
 * Documents in an S3-compatible bucket that refuses a PUT whose `If-Match` or `If-None-Match` does not hold; whether it does is tried before the
 * first writing. Objects are never removed: an ended document stays as a mark of 1,000 bytes. Throws UsageWrong for a wrong URL or missing keys.
 */
export function openS3Store(url: URL, environment: Readonly<Record<string, string | undefined>>): DocumentStore {
  return openRegisterStore(new Bucket(readS3Url(url, environment)));
}

class Bucket implements Register {
  readonly place: string;
  readonly #at: S3Place;
  #proved = false;

  constructor(at: S3Place) {
    this.#at = at;
    this.place = at.place;
  }

  /** Stores that ignore conditions exist; in them two writers would overwrite each other without a word. */
  async prepare(): Promise<void> {
    if (this.#proved) return;
    const body = Buffer.from(`testbed tries whether conditions hold: ${randomBytes(12).toString('hex')}\n`);
    const attempt = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const name = `${this.#at.prefix}.probe`;
      const expected = [412, 404, 400, 501];
      return (await ask(this.#at, { method: 'PUT', name, headers, body, expected, maxBytes: SMALL_BYTES })).status;
    };
    // Where there was no probe yet the first makes it, and the second is refused.
    const first = await attempt({ 'if-none-match': '*' });
    const second = first === 200 ? await attempt({ 'if-none-match': '*' }) : first;
    if (second === 404) throw storeUnreachable(this.place, new Error('there is no such bucket'));
    const third = second === 412 ? await attempt({ 'if-match': `"${'0'.repeat(32)}"` }) : second;
    if (third !== 412)
      throw storeUnreachable(
        this.place,
        new Error(
          `it does not hold to ${second === 412 ? 'If-Match' : 'If-None-Match'} (answer ${third} instead of 412), so that two machines would overwrite each other's state`,
        ),
        text(
          'name another store by TESTBED_STATE: PostgreSQL, or an S3-compatible one with conditional writes',
          'TESTBED_STATE에 다른 저장소를 지정하세요. PostgreSQL이나 조건부 쓰기를 지원하는 S3 호환 저장소여야 합니다',
        ),
      );
    this.#proved = true;
  }

  async load(key: string): Promise<Held | undefined> {
    const maxBytes = HEADER_BYTES + MAX_DOCUMENT_BYTES;
    const { status, tag, body } = await ask(this.#at, {
      method: 'GET',
      name: this.#name(key),
      expected: [404],
      maxBytes,
    });
    if (status === 404) {
      // A missing bucket is no missing document.
      if (body.includes('NoSuchBucket')) throw storeUnreachable(this.place, new Error('there is no such bucket'));
      return undefined;
    }
    try {
      if (tag === undefined) throw new Error('the store gave it no entity tag');
      return { ...decodeObject(body), tag };
    } catch (error) {
      throw documentUnreadable(`${this.#name(key)} of ${this.place}`, error);
    }
  }

  async swap(key: string, next: Cell, seen: Pick<Held, 'tag'> | undefined): Promise<string | undefined> {
    const headers: Record<string, string> = seen === undefined ? { 'if-none-match': '*' } : { 'if-match': seen.tag };
    const { status, tag } = await ask(this.#at, {
      method: 'PUT',
      name: this.#name(key),
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: encodeObject(next),
      expected: [412, 404],
      maxBytes: SMALL_BYTES,
    });
    if (status === 412 || status === 404) return undefined;
    if (tag === undefined) throw storeUnreachable(this.place, new Error('it gave a writing no entity tag'));
    return tag;
  }

  async keys(prefix: string): Promise<string[]> {
    const found: string[] = [];
    let next: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { body } = await ask(this.#at, {
        method: 'GET',
        name: '',
        query: {
          'list-type': '2',
          prefix: `${this.#at.prefix}${prefix}`,
          'max-keys': '1000',
          ...(next === undefined ? {} : { 'continuation-token': next }),
        },
        maxBytes: LIST_BYTES,
      });
      const told = body.toString();
      if (!told.includes('<ListBucketResult'))
        throw storeUnreachable(this.place, new Error('it answers a listing with something else'));
      for (const [, entry = ''] of told.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const name = valueOf(entry, 'Key')?.slice(this.#at.prefix.length) ?? '';
        const key = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : '';
        // Foreign objects and the probe are no documents.
        if (isKey(key) && Number(valueOf(entry, 'Size')) !== ENDED_BYTES) found.push(key);
      }
      next = valueOf(told, 'IsTruncated') === 'true' ? valueOf(told, 'NextContinuationToken') : undefined;
      if (next === undefined) return found;
    }
    throw storeUnreachable(this.place, new Error(`it lists more than ${MAX_PAGES} pages`));
  }

  async close(): Promise<void> {}

  #name(key: string): string {
    return `${this.#at.prefix}${key}${SUFFIX}`;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first element of that name. */
function valueOf(xml: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return value?.replace(/&(?:#(\d{1,6})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal, hex, named) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[named] ?? whole;
  });
}
