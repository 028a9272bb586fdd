import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withDatabase } from '../../bench/ask-database';
import { writeBackup } from '../../operations/backup-file';
import { backupDatabase } from '../../operations/database-backup';
import { restoreDatabase } from '../../operations/database-restore';
import { onUsedDatabase, TRUSTING } from '../support/used-database';

/** Backup and restore of PostgreSQL in its pod on the real node. */
const used = onUsedDatabase();
const folder = mkdtempSync(join(tmpdir(), 'testbed-backups-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const databases = (): Promise<string> => used().inside('SELECT datname FROM pg_database ORDER BY datname');
const UNTOUCHED = ['postgres', 'template0', 'template1', 'testbed'].join('\n');

it('is backed up while it is used, and restored whole while clients hold on to it', async () => {
  await withDatabase(
    used().node.admin,
    used().testbed,
    async (sql) => {
      await sql.query('CREATE EXTENSION pgcrypto');
      await sql.query("CREATE TABLE kept AS SELECT n, repeat('가', 50) AS word FROM generate_series(1, 50000) AS n");
      await sql.query('ALTER TABLE kept FORCE ROW LEVEL SECURITY');
      await sql.query('ALTER TABLE kept ENABLE ROW LEVEL SECURITY');
      await sql.query('SELECT lo_create(4711)');
      await sql.query('CREATE TABLE shown (n int)');
    },
    'owner',
  );
  const file = join(folder, 'kept.backup');
  const { backup } = await backupDatabase({ name: used().name, file }, used().node.surroundings);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(backup).toMatchObject({ testbed: used().name, id: used().testbed, grade: 'open', engineVersion: 15 });
  expect(readFileSync(file, 'latin1').slice(0, 5)).toBe('PGDMP');

  await withDatabase(
    used().node.admin,
    used().testbed,
    async (sql) => {
      await sql.query('DROP TABLE kept');
      await sql.query('CREATE TABLE later (n int)');
      // Its session is open while the restored database takes its place.
      await restoreDatabase({ name: used().name, file }, used().node.surroundings);
      await expect(sql.query('SELECT 1')).rejects.toThrow(/terminat|connection/i);
    },
    'owner',
  );
  expect(await used().inside('SELECT count(*), min(length(word)) FROM kept')).toBe('50000|50');
  expect(
    await used().inside("SELECT to_regclass('later') IS NULL, (SELECT count(*) FROM pg_largeobject_metadata)"),
  ).toBe('t|1');
  expect(await used().ask(TRUSTING, 'SELECT tableowner FROM pg_tables WHERE tablename = $$kept$$')).toBe(
    'testbed_owner',
  );
  // The application's rights are those of before.
  await withDatabase(used().node.admin, used().testbed, (sql) => sql.query('SELECT * FROM shown'));
  expect(await databases()).toBe(UNTOUCHED);
});

it('says what it refuses of a backup, also of one that is longer than what is on its way', async () => {
  // Of the superuser, whose objects the owner can't make.
  await used().inside('CREATE TABLE foreign_owned AS SELECT n, md5(n::text) FROM generate_series(1, 400000) AS n');
  const file = join(folder, 'foreign.backup');
  await backupDatabase({ name: used().name, file }, used().node.surroundings);
  expect(statSync(file).size).toBeGreaterThan(4 * 1024 * 1024);
  const refused: unknown = await restoreDatabase({ name: used().name, file }, used().node.surroundings).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({
    code: 'DatabaseFailed',
    details: expect.arrayContaining([expect.objectContaining({ en: expect.stringContaining('"postgres"') })]),
  });
  expect(await used().inside('SELECT count(*) FROM foreign_owned')).toBe('400000');
  expect(await databases()).toBe(UNTOUCHED);
  await used().inside('DROP TABLE foreign_owned');
});

it('stays as it is when a backup is damaged, cut short, or not one that can be restored', async () => {
  await used().inside('SET ROLE testbed_owner; CREATE TABLE untouched AS SELECT n FROM generate_series(1, 20000) AS n');
  const sound = join(folder, 'sound.backup');
  await backupDatabase({ name: used().name, file: sound }, used().node.surroundings);
  await used().inside('INSERT INTO untouched VALUES (0)');
  const whole = readFileSync(sound);
  const bad = join(folder, 'bad.backup');
  const changed = Buffer.from(whole);
  changed[2000] = (changed[2000] ?? 0) ^ 1;
  writeFileSync(bad, changed);
  await expect(restoreDatabase({ name: used().name, file: bad }, used().node.surroundings)).rejects.toMatchObject({
    code: 'BackupRefused',
  });
  writeFileSync(bad, whole.subarray(0, whole.length - 100));
  await expect(restoreDatabase({ name: used().name, file: bad }, used().node.surroundings)).rejects.toMatchObject({
    code: 'BackupRefused',
  });

  // Sound by its checksum, but the tool itself stops half-way.
  const half = join(folder, 'half.backup');
  const writer = await writeBackup(half);
  await writer.write(whole.subarray(0, Math.floor(whole.length / 2)));
  await writer.finish({
    testbed: used().name,
    id: used().testbed,
    participant: 'p',
    grade: 'open',
    engine: 'postgresql',
    engineVersion: 15,
    serverVersion: '15',
    takenAt: '2026-11-23T00:00:00Z',
  });
  await expect(restoreDatabase({ name: used().name, file: half }, used().node.surroundings)).rejects.toMatchObject({
    code: 'DatabaseFailed',
  });
  expect(await used().inside('SELECT count(*) FROM untouched')).toBe('20001');
  expect(await databases()).toBe(UNTOUCHED);
});

it('of grade sensitive is backed up too, and its backup stays in that grade', async () => {
  const other = `sealed-${randomBytes(2).toString('hex')}`;
  await used().node.up({ name: other, grade: 'sensitive', database: { engine: 'postgresql', version: '15' } });
  const file = join(folder, 'sealed.backup');
  const { backup } = await backupDatabase({ name: other, file }, used().node.surroundings);
  expect(backup.grade).toBe('sensitive');
  await restoreDatabase({ name: other, file }, used().node.surroundings);
  await expect(restoreDatabase({ name: used().name, file }, used().node.surroundings)).rejects.toMatchObject({
    code: 'GradeRefused',
  });
});
