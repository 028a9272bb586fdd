import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeClaim } from '../../engine/claims/claim';
import { openDataKeys } from '../../engine/data-keys';
import { openDirectoryStore } from '../../engine/store/directory';
import { rotateKeys, showKeys } from '../../operations/keys';
import { openSealed, writeSealed } from '../../operations/sealed-file';
import { backupState } from '../../operations/state-backup';
import { restoreState } from '../../operations/state-restore';
import { testbedRecord } from '../support/testbed-record';
import { siteOf, type PlainSite } from '../support/plain-site';

// What a site keeps, without a cluster; that testbeds live on after a restore is tested in state-restored.test.ts.

const PASSPHRASE = 'correct horse battery staple';
let folder: string;
let site: PlainSite;
let passphraseFile: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-backup-'));
  passphraseFile = join(folder, 'passphrase');
  writeFileSync(passphraseFile, `${PASSPHRASE}\nnot this line\n`, { mode: 0o600 });
  file = join(folder, 'site.state');
  site = siteOf(join(folder, 'one'));
  const { store } = site;
  for (const [name, id] of [
    ['one', 'tb-aaaaaa'],
    ['two', 'tb-bbbbbb'],
  ] as const) {
    await openDataKeys({ store, directory: join(site.home, 'keys') }).forStack(id);
    await store.write(`states/${id}`, randomBytes(200_000), 'absent');
    await site.records.reserve(testbedRecord(name, id));
  }
  const gone = await site.records.reserve(testbedRecord('gone', 'tb-cccccc'));
  await site.records.end({ ...gone, infrastructure: 'destroyed' });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const backup = (from = site): Promise<unknown> => backupState({ file, passphraseFile }, from.surroundings);

async function contentOf({ store }: PlainSite): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for await (const key of store.list(''))
    if (!key.startsWith('claims/')) all.set(key, (await store.read(key))?.content.toString('base64') ?? '');
  return all;
}

describe('a backup of the state', () => {
  it('puts everything back into an empty site: documents, key, and nothing else', async () => {
    const made = await backupState({ file, passphraseFile }, site.surroundings);
    expect(made.backup).toMatchObject({ testbeds: 2, documents: 10 });
    expect([statSync(file).mode & 0o777, statSync(file).size]).toEqual([0o600, made.bytes]);
    const empty = siteOf(join(folder, 'two'));
    const done = await restoreState({ file, passphraseFile }, empty.surroundings);
    expect(done).toMatchObject({ backup: made.backup, ended: 0 });
    expect(await contentOf(empty)).toEqual(await contentOf(site));
    expect(readdirSync(join(empty.home, 'keys'))).toEqual(['site.secret']);
    const keyOf = ({ store, home }: PlainSite): Promise<string> =>
      openDataKeys({ store, directory: join(home, 'keys') }).forStack('tb-aaaaaa');
    expect(await keyOf(empty)).toBe(await keyOf(site));
    expect((await empty.records.find('tb-bbbbbb'))?.name).toBe('two');
    expect(await empty.records.ended()).toHaveLength(1);
  });

  it('holds nothing readable but its header', async () => {
    await backup();
    const content = readFileSync(file, 'latin1');
    const secret = readFileSync(join(site.home, 'keys', 'site.secret'), 'latin1');
    for (const hidden of [secret, 'tb-aaaaaa', 'records/', PASSPHRASE]) expect(content).not.toContain(hidden);
    expect(Object.keys(JSON.parse(content.slice(0, content.indexOf('\n'))))).toEqual([
      'kind',
      'version',
      'takenAt',
      'site',
      'documents',
      'testbeds',
      'salt',
    ]);
  });

  it('is not taken while an operation runs, and is when that has ended', async () => {
    const claim = await takeClaim({ store: site.store, stack: 'tb-aaaaaa', purpose: 'up one' });
    await expect(backup()).rejects.toMatchObject({
      code: 'OperationRunning',
      details: [{ en: expect.stringContaining('up one') }],
    });
    expect(readdirSync(folder)).toEqual(['one', 'passphrase']);
    await claim.giveBack();
    await backup();
    const again = await takeClaim({ store: site.store, stack: 'tb-aaaaaa', purpose: 'up one' });
    await expect(restoreState({ file, passphraseFile, replace: true }, site.surroundings)).rejects.toMatchObject({
      code: 'OperationRunning',
    });
    await again.giveBack();
  });

  it('is refused when an operation took its turn while it was read', async () => {
    const { store } = site;
    const meddled = {
      ...store,
      read: async (key: string) => {
        if (key === 'states/tb-aaaaaa')
          await (await takeClaim({ store, stack: 'tb-aaaaaa', purpose: 'up one' })).giveBack();
        return store.read(key);
      },
    };
    await expect(backupState({ file, passphraseFile }, { ...site.surroundings, store: meddled })).rejects.toMatchObject(
      { code: 'OperationRunning' },
    );
    expect(readdirSync(folder)).toEqual(['one', 'passphrase']);
  });

  it('overwrites no file, wants a passphrase of some length that nobody else can read, and something to keep', async () => {
    await backup();
    const before = readFileSync(file);
    await expect(backup()).rejects.toMatchObject({ code: 'UsageWrong' });
    expect(readFileSync(file).equals(before)).toBe(true);
    rmSync(file);
    chmodSync(passphraseFile, 0o644);
    await expect(backup()).rejects.toMatchObject({ code: 'SiteKeyRefused', message: expect.stringContaining('0644') });
    writeFileSync(passphraseFile, 'short\n');
    chmodSync(passphraseFile, 0o600);
    await expect(backup()).rejects.toMatchObject({ code: 'UsageWrong', message: expect.stringContaining('12') });
    await expect(backupState({ file }, site.surroundings)).rejects.toMatchObject({ code: 'UsageWrong' });
    await expect(backup(siteOf(join(folder, 'empty')))).rejects.toMatchObject({ code: 'UsageWrong' });
  });

  it('asks for the passphrase twice where it may ask, and wants the same both times', async () => {
    const answers = [PASSPHRASE, PASSPHRASE, PASSPHRASE, 'another passphrase', PASSPHRASE];
    const asking = { askSecret: () => Promise.resolve(answers.shift() ?? '') };
    await backupState({ file }, { ...site.surroundings, ...asking });
    await expect(backupState({ file: `${file}2` }, { ...site.surroundings, ...asking })).rejects.toMatchObject({
      code: 'UsageWrong',
      message: expect.stringContaining('differ'),
    });
    const empty = siteOf(join(folder, 'two'));
    await restoreState({ file }, { ...empty.surroundings, ...asking });
    expect(answers).toEqual([]);
  });
});

describe('a restore of the state', () => {
  it('into a site that keeps something is refused, and with --replace ends what the backup lacks', async () => {
    await backup();
    const before = await contentOf(site);
    await site.records.reserve(testbedRecord('three', 'tb-dddddd'));
    await rotateKeys(site.surroundings);
    await expect(restoreState({ file, passphraseFile }, site.surroundings)).rejects.toMatchObject({ code: 'NotEmpty' });
    expect((await site.records.list()).map(({ name }) => name)).toEqual(['one', 'three', 'two']);
    const done = await restoreState({ file, passphraseFile, replace: true }, site.surroundings);
    expect(done.ended).toBe(2);
    expect(await contentOf(site)).toEqual(before);
    const shown = await showKeys(site.surroundings);
    expect(shown.here).toEqual([shown.site?.fingerprint]);
  });

  it('onto a machine with the key of another site is refused', async () => {
    await backup();
    const other = siteOf(join(folder, 'two'));
    await openDataKeys({
      store: openDirectoryStore(join(folder, 'three')),
      directory: join(other.home, 'keys'),
    }).forStack('tb-x');
    const had = readFileSync(join(other.home, 'keys', 'site.secret'), 'utf8');
    await expect(restoreState({ file, passphraseFile }, other.surroundings)).rejects.toMatchObject({
      code: 'NotEmpty',
    });
    expect(readFileSync(join(other.home, 'keys', 'site.secret'), 'utf8')).toBe(had);
  });

  it('of a file that is cut short or changed anywhere, or with another passphrase, writes nothing', async () => {
    await backup();
    const whole = readFileSync(file);
    const empty = siteOf(join(folder, 'two'));
    const headerEnd = whole.indexOf('\n') + 1;
    const tries: [string, Buffer][] = [
      ['empty', Buffer.alloc(0)],
      ['header only', whole.subarray(0, headerEnd)],
      ['one byte less', whole.subarray(0, -1)],
      ['one byte more', Buffer.concat([whole, Buffer.alloc(1)])],
      ['one piece less', whole.subarray(0, headerEnd + 2 * (64 * 1024 + 16))],
      ['no backup', randomBytes(5000)],
      ...[12, headerEnd, headerEnd + 70_000].map((at): [string, Buffer] => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 1;
        return [`byte ${at} changed`, changed];
      }),
      [
        'header changed',
        Buffer.concat([
          Buffer.from(whole.subarray(0, headerEnd).toString().replace('"testbeds":2', '"testbeds":3')),
          whole.subarray(headerEnd),
        ]),
      ],
    ];
    for (const [what, content] of tries) {
      writeFileSync(file, content);
      const refused = await restoreState({ file, passphraseFile }, empty.surroundings).catch((error: unknown) => error);
      expect([what, refused]).toEqual([what, expect.objectContaining({ code: 'BackupRefused' })]);
    }
    writeFileSync(file, whole);
    writeFileSync(passphraseFile, 'quite another passphrase');
    await expect(restoreState({ file, passphraseFile }, empty.surroundings)).rejects.toMatchObject({
      code: 'BackupRefused',
      message: expect.stringContaining('the passphrase is another one'),
    });
    await expect(restoreState({ file: `${file}-absent`, passphraseFile }, empty.surroundings)).rejects.toMatchObject({
      code: 'BackupRefused',
    });
    expect(await contentOf(empty)).toEqual(new Map());
  });
});

describe('a sealed file', () => {
  it('gives back what was written, whatever the sizes of its parts', async () => {
    const about = { takenAt: '2026-01-01T00:00:00.000Z', site: '0011223344556677', documents: 0, testbeds: 0 };
    let at = 0;
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 65_500, max: 65_600 }), fc.constant(131_072)), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const parts = lengths.map((length) => randomBytes(length));
        at += 1;
        const named = join(folder, `sealed-${at}`);
        await writeSealed(
          named,
          about,
          PASSPHRASE,
          (async function* () {
            yield* parts;
          })(),
        );
        const opened = await openSealed(named, PASSPHRASE);
        const read: Buffer[] = [];
        for await (const part of opened.content()) read.push(part);
        await opened.close();
        expect(Buffer.concat(read).equals(Buffer.concat(parts))).toBe(true);
      }),
      { numRuns: 3 },
    );
  });
});
