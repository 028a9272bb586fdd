import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataKeys } from '../../engine/data-keys';
import { publishedContent } from '../../engine/published-state';
import { rotateSiteKey } from '../../engine/rotate-site-key';
import { seal } from '../../engine/sealing';
import { emptyState } from '../../engine/state';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';

let home: string;
let directory: string;
let store: DocumentStore;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'testbed-keys-'));
  directory = join(home, 'keys');
  store = openDirectoryStore(join(home, 'store'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const silent = { onRewrapped: () => undefined, signal: new AbortController().signal };
const secret = (folder = directory): string => readFileSync(join(folder, 'site.secret'), 'utf8');

async function keysOf(names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map((name) => openDataKeys({ store, directory }).forStack(name)));
}

async function contentOf(key: string): Promise<string> {
  return (await store.read(key))?.content.toString('utf8') ?? '';
}

async function put(key: string, content: string): Promise<void> {
  await store.write(key, Buffer.from(content), (await store.read(key))?.version ?? 'absent');
}

describe('the data keys of a site', () => {
  it('are 32 random bytes a stack, the same at every call', async () => {
    const [one = '', other] = await keysOf(['tb-one', 'tb-other']);
    expect(Buffer.from(one, 'base64')).toHaveLength(32);
    expect(one).not.toBe(other);
    expect(await keysOf(['tb-one'])).toEqual([one]);
  });

  it("lie in the store wrapped, and the site's key beside it for its owner only", async () => {
    const [key = ''] = await keysOf(['tb-one']);
    expect(statSync(join(directory, 'site.secret')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['site.secret']);
    const documents = (await contentOf('keys/tb-one')) + (await contentOf('site/key'));
    expect(documents).toContain('fingerprint');
    for (const hidden of [key, secret()]) expect(documents).not.toContain(hidden);
  });

  it('agree when many ask for the first time at once', async () => {
    expect(new Set(await keysOf(Array.from({ length: 8 }, () => 'tb-one'))).size).toBe(1);
  });

  it('cannot be swapped between stacks', async () => {
    await keysOf(['tb-one']);
    await put('keys/tb-two', await contentOf('keys/tb-one'));
    await expect(keysOf(['tb-two'])).rejects.toMatchObject({ code: 'StateUnreadable' });
  });

  it.each(['', '{}', '{"version":2,"site":"0000000000000000","nonce":"AAAA"}'])(
    'are refused with the name of the document when it holds %j',
    async (content) => {
      await put('keys/tb-one', content);
      await expect(keysOf(['tb-one'])).rejects.toMatchObject({
        code: 'StateUnreadable',
        message: expect.stringContaining('keys/tb-one'),
      });
    },
  );

  it('are new after an end', async () => {
    const keys = openDataKeys({ store, directory });
    const before = await keys.forStack('tb-one');
    await keys.end('tb-one');
    await keys.end('tb-one');
    expect(await keys.forStack('tb-one')).not.toBe(before);
  });

  it('are made only where no state is published that an earlier one sealed', async () => {
    const [key = ''] = await keysOf(['tb-one']);
    await put('states/tb-one', publishedContent(1, emptyState('tb-one', key)).toString('utf8'));
    expect(await keysOf(['tb-one'])).toEqual([key]);
    await openDataKeys({ store, directory }).end('tb-one');
    await expect(keysOf(['tb-one'])).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining(`keys/tb-one in ${store.place}: it is missing`),
      hint: { en: expect.stringContaining('testbed state rebuild NAME') },
    });
    expect(await store.read('keys/tb-one')).toBeUndefined();
    // What stands for a stack that was ended is sealed by nothing.
    await put('states/tb-one', publishedContent(2, undefined).toString('utf8'));
    expect(await keysOf(['tb-one'])).not.toEqual([key]);
  });

  it('belong to names of stacks only', async () => {
    await expect(keysOf(['../tb-one'])).rejects.toMatchObject({ code: 'UsageWrong' });
  });

  it('of an earlier version are taken up from their files, by however many at once', async () => {
    mkdirSync(directory, { recursive: true });
    const [siteKey, dataKey] = [randomBytes(32), randomBytes(32)];
    writeFileSync(join(directory, 'site.secret'), siteKey.toString('base64'), { mode: 0o600 });
    const old = JSON.stringify({ version: 1, ...seal(dataKey, siteKey, 'tb-old') });
    writeFileSync(join(directory, 'tb-old.key'), old, { mode: 0o600 });
    const taken = await keysOf(Array.from({ length: 4 }, () => 'tb-old'));
    expect(new Set(taken)).toEqual(new Set([dataKey.toString('base64')]));
    expect(readdirSync(directory).toSorted()).toEqual(['site.secret', 'tb-old.key.moved']);
    await openDataKeys({ store, directory }).end('tb-old');
    expect(readdirSync(directory)).toEqual(['site.secret']);
  });
});

describe("a site's key", () => {
  it.each([0o640, 0o604, 0o666])('that others may read (%o) is refused with what to do', async (mode) => {
    await keysOf(['tb-one']);
    chmodSync(join(directory, 'site.secret'), mode);
    await expect(keysOf(['tb-one'])).rejects.toMatchObject({
      code: 'SiteKeyRefused',
      message: expect.stringContaining(mode.toString(8)),
      hint: { en: expect.stringContaining('chmod 600') },
    });
  });

  it('that is another one, or missing, is refused: both keys are named, and none is made in its place', async () => {
    await keysOf(['tb-one']);
    const { fingerprint } = JSON.parse(await contentOf('site/key'));
    const elsewhere = { store, directory: join(home, 'elsewhere') };
    for (const name of ['tb-one', 'tb-new'])
      await expect(openDataKeys(elsewhere).forStack(name)).rejects.toMatchObject({
        code: 'SiteKeyRefused',
        message: expect.stringContaining(`on the site's key ${fingerprint}, and this machine has none`),
      });
    expect(existsSync(elsewhere.directory)).toBe(false);

    await openDataKeys({ store: openDirectoryStore(join(home, 'other')), directory: elsewhere.directory }).forStack(
      'tb-x',
    );
    await expect(openDataKeys(elsewhere).forStack('tb-one')).rejects.toMatchObject({
      code: 'SiteKeyRefused',
      message: expect.stringMatching(
        `on the site's key ${fingerprint}, and this machine has (?!${fingerprint})[0-9a-f]{16} `,
      ),
    });
    copyFileSync(join(directory, 'site.secret'), join(elsewhere.directory, 'site.secret'));
    expect(await openDataKeys(elsewhere).forStack('tb-one')).toBe(
      await openDataKeys({ store, directory }).forStack('tb-one'),
    );
  });
});

describe("a rotation of the site's key", () => {
  const names = Array.from({ length: 12 }, (_, at) => `tb-key${at}`);

  it('keeps every data key, wraps each by the new one and ends the old one', async () => {
    const before = await keysOf(names);
    const [old, oldDocument] = [secret(), await contentOf('keys/tb-key0')];
    const seen: string[] = [];
    const done = await rotateSiteKey(
      { store, directory },
      { ...silent, onRewrapped: (at, total) => void seen.push(`${at}/${total}`) },
    );
    expect(done).toMatchObject({ outcome: 'rotated', rewrapped: 12 });
    expect(done.from).not.toBe(done.to);
    expect(seen.slice(0, 2)).toEqual(['1/12', '2/12']);
    expect(secret()).not.toBe(old);
    expect(readdirSync(directory)).toEqual(['site.secret']);
    expect(await keysOf(names)).toEqual(before);
    expect(await contentOf('site/key')).toContain(done.to);
    for (const name of names) expect(await contentOf(`keys/${name}`)).toContain(done.to);
    // With the former key alone nothing opens, and a document of before is refused by its name.
    const former = join(home, 'former');
    mkdirSync(former);
    writeFileSync(join(former, 'site.secret'), old, { mode: 0o600 });
    await expect(openDataKeys({ store, directory: former }).forStack('tb-key0')).rejects.toMatchObject({
      code: 'SiteKeyRefused',
    });
    await put('keys/tb-key0', oldDocument);
    await expect(keysOf(['tb-key0'])).rejects.toMatchObject({
      code: 'SiteKeyRefused',
      message: expect.stringContaining(done.from),
    });
  });

  it('leaves other machines without the new key: each is told which file to copy to where, and goes on with it', async () => {
    const [before] = await keysOf(['tb-one']);
    const elsewhere = { store, directory: join(home, 'elsewhere') };
    mkdirSync(elsewhere.directory, { mode: 0o700 });
    const file = join(elsewhere.directory, 'site.secret');
    copyFileSync(join(directory, 'site.secret'), file);
    const { from, to } = await rotateSiteKey({ store, directory }, silent);
    for (const name of ['tb-one', 'tb-new'])
      await expect(openDataKeys(elsewhere).forStack(name)).rejects.toMatchObject({
        code: 'SiteKeyRefused',
        message: `${store.place} is on the site's key ${to}, and this machine has ${from} (${file})`,
        hint: {
          en: expect.stringMatching(`^copy the site's key to ${file}, mode 0600, from a machine whose .* ${to};`),
        },
      });
    await expect(rotateSiteKey(elsewhere, silent)).rejects.toMatchObject({ code: 'SiteKeyRefused' });
    copyFileSync(join(directory, 'site.secret'), file);
    expect(await openDataKeys(elsewhere).forStack('tb-one')).toBe(before);
  });

  it('that is killed at any writing is taken up by the next run, and data keys open all the time', async () => {
    const before = await keysOf(names.slice(0, 4));
    for (let dieAt = 1; ; dieAt += 1) {
      let writes = 0;
      // Stands in for a kill: nothing after this writing happens, and half of the time that one neither.
      const dying: DocumentStore = {
        ...store,
        write: async (key, content, expected) => {
          if (key.startsWith('claims/')) return store.write(key, content, expected);
          writes += 1;
          if (writes > dieAt) throw new Error('killed');
          if (writes === dieAt && dieAt % 2 === 0) throw new Error('killed');
          return store.write(key, content, expected);
        },
      };
      const killed = await rotateSiteKey({ store: dying, directory }, silent).then(
        () => false,
        () => true,
      );
      expect(await keysOf(names.slice(0, 4))).toEqual(before);
      const made = `tb-made${dieAt}`;
      const [during] = await keysOf([made]);
      const { to } = await rotateSiteKey({ store, directory }, silent);
      expect(await contentOf(`keys/${made}`)).toContain(to);
      expect([await keysOf(names.slice(0, 4)), await keysOf([made])]).toEqual([before, [during]]);
      expect(readdirSync(directory)).toEqual(['site.secret']);
      await openDataKeys({ store, directory }).end(made);
      if (!killed) break;
    }
  });

  it('that was killed after it had settled and before the old file was gone ends by the next run', async () => {
    const before = await keysOf(names.slice(0, 2));
    const old = secret();
    const { to } = await rotateSiteKey({ store, directory }, silent);
    copyFileSync(join(directory, 'site.secret'), join(directory, 'site.next.secret'));
    writeFileSync(join(directory, 'site.secret'), old, { mode: 0o600 });
    expect(await keysOf(names.slice(0, 2))).toEqual(before);
    expect(await rotateSiteKey({ store, directory }, silent)).toMatchObject({ outcome: 'finished', to });
    expect(readdirSync(directory)).toEqual(['site.secret']);
    expect(await keysOf(names.slice(0, 2))).toEqual(before);
  });

  it('goes on beside runs that use and make and end keys', async () => {
    const before = await keysOf(names);
    let over = false;
    const busy = async (who: number): Promise<number> => {
      let turns = 0;
      for (; !over || turns === 0; turns += 1) {
        expect(await keysOf([names[turns % names.length] ?? ''])).toEqual([before[turns % names.length]]);
        const made = `tb-${who}-${turns}`;
        const keys = openDataKeys({ store, directory });
        expect(await keys.forStack(made)).toBe(await keys.forStack(made));
        if (turns % 2 === 0) await keys.end(made);
      }
      return turns;
    };
    const working = [1, 2, 3].map(busy);
    for (let at = 0; at < 3; at += 1) await rotateSiteKey({ store, directory }, silent);
    over = true;
    const turns = await Promise.all(working);
    expect(Math.min(...turns)).toBeGreaterThan(0);
    const { fingerprint } = JSON.parse(await contentOf('site/key'));
    for await (const key of store.list('keys/')) expect(await contentOf(key)).toContain(fingerprint);
    expect(await keysOf(names)).toEqual(before);
  });

  it('begun on another machine is refused here', async () => {
    await keysOf(['tb-one']);
    const { fingerprint } = JSON.parse(await contentOf('site/key'));
    const next = { fingerprint: '00112233aabbccdd', since: '2026-01-01T00:00:00.000Z' };
    await put('site/key', JSON.stringify({ version: 1, fingerprint, since: next.since, next }));
    await expect(rotateSiteKey({ store, directory }, silent)).rejects.toMatchObject({
      code: 'SiteKeyRefused',
      message: expect.stringContaining(next.fingerprint),
    });
    expect(await keysOf(['tb-one'])).toHaveLength(1);
  });
});
