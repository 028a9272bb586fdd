import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDatabase } from '../../bench/ask-database';
import { fieldsAt, listAt, stringAt } from '../../kubernetes/json';
import { writeBackup } from '../../operations/backup-file';
import { backupDatabase } from '../../operations/database-backup';
import { restoreDatabase } from '../../operations/database-restore';
import { rotateDatabase } from '../../operations/database-rotate';
import { BIN } from '../scripts/run-cli';
import { onRealNode, type PodPlace } from '../support/real-node';
import { runPostgresPod } from '../support/real-pods';
import { eventually } from '../support/rejection';
import { withRecords } from '../support/site-records';

/** PostgreSQL itself, in its pod on the real node: encryption, limits, stop, backup, restore, rotation. */
const node = onRealNode();
const run = randomBytes(2).toString('hex');
const name = `database-${run}`;
const folder = mkdtempSync(join(tmpdir(), 'testbed-backups-'));

interface Used {
  readonly testbed: string;
  readonly client: PodPlace;
}

let testbed: string;
let client: PodPlace;
let database: PodPlace;

beforeAll(async () => {
  if (!node.runs()) return;
  ({ testbed, client } = await used(name));
  database = { namespace: testbed, pod: 'database-0' };
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A testbed with a database, and in it a pod that has the owner's login as applications get theirs. */
async function used(testbedName: string): Promise<Used> {
  const { id } = (await node().up({ name: testbedName, database: { engine: 'postgresql', version: '15' } })).testbed;
  const place = await runPostgresPod(node(), id, 'client', {
    command: ['/bin/sh', '-c', 'printenv AUTHORITY >/tmp/authority.crt; trap "exit 0" TERM; while :; do sleep 1; done'],
    env: [
      { name: 'PGHOST', value: `database.${id}.svc` },
      { name: 'PGDATABASE', value: 'testbed' },
      { name: 'PGCONNECT_TIMEOUT', value: '10' },
      ...[
        ['PGUSER', 'user'],
        ['PGPASSWORD', 'password'],
        ['AUTHORITY', 'sslrootcert'],
      ].map(([variable = '', key = '']) => ({
        name: variable,
        valueFrom: { secretKeyRef: { name: 'database-owner', key } },
      })),
    ],
  });
  return { testbed: id, client: place };
}

/** Asks from the client's pod as its owner, by connection parameters; what is answered, or said instead. */
async function ask(parameters: string, sql: string, from = client): Promise<string> {
  const words = ['psql', '--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--command', sql, parameters];
  const { code, stdout, stderr } = await node().inPod(from, words);
  return (code === 0 ? stdout : stderr).trim();
}

const TRUSTING = 'sslmode=verify-full sslrootcert=/tmp/authority.crt';

/** Asks inside the pod of the database, as the superuser. */
async function inside(sql: string): Promise<string> {
  const { code, stdout, stderr } = await node().inPod(database, [
    'psql',
    '--no-psqlrc',
    '--tuples-only',
    '--no-align',
    '--quiet',
    '--host=/var/run/postgresql',
    '--username=postgres',
    '--dbname=testbed',
    `--command=${sql}`,
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

async function restarts(): Promise<number | undefined> {
  const pod = await node().admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: testbed, name: 'database-0' });
  const [status] = listAt(pod, 'status', 'containerStatuses');
  const count: unknown = Reflect.get(Object(status), 'restartCount');
  return typeof count === 'number' ? count : undefined;
}

async function logOf({ namespace, pod }: PodPlace): Promise<string> {
  const { body } = await node().admin.raw('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  return String(body);
}

const databases = (): Promise<string> => inside('SELECT datname FROM pg_database ORDER BY datname');
const UNTOUCHED = ['postgres', 'template0', 'template1', 'testbed'].join('\n');

it('answers over TLS in its own name, and refuses who would go without or names another', async () => {
  const encrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  expect(await ask(TRUSTING, encrypted)).toBe('t');
  expect(await ask(`${TRUSTING} channel_binding=require host=database`, encrypted)).toBe('t');
  expect(await ask('sslmode=disable', 'SELECT 1')).toContain('no encryption');
  expect(await ask(`${TRUSTING} sslrootcert=/etc/hostname`, 'SELECT 1')).toContain('root certificate');
  const address = stringAt(
    fieldsAt(
      await node().admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: testbed, name: 'database-0' }),
      'status',
    ),
    'podIP',
  );
  expect(await ask(`${TRUSTING} host=${address}`, 'SELECT 1')).toContain('does not match host name');
  expect(await ask(`${TRUSTING} user=postgres`, 'SELECT 1')).toContain('no pg_hba.conf entry');
});

it('has no more than its size gives, and stands it when all connections work at once', async () => {
  const { stdout } = await node().inPod(database, [
    '/bin/sh',
    '-c',
    'id -u; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; df --output=size /dev/shm | tail -n 1; touch /here 2>&1; grep -h CapEff /proc/self/status',
  ]);
  expect(stdout.split('\n').map((line) => line.trim())).toEqual([
    '999',
    String(256 * 1024 * 1024),
    String(16 * 1024),
    expect.stringContaining('Read-only file system'),
    expect.stringMatching(/^CapEff:\s0{16}$/),
    '',
  ]);
  expect(await inside('SHOW max_connections')).toBe('40');
  const load = await node().inPod(
    client,
    [
      '/bin/sh',
      '-c',
      'export PGSSLMODE=verify-full PGSSLROOTCERT=/tmp/authority.crt; pgbench --initialize --scale=5 --quiet && pgbench --client=37 --time=10 2>&1',
    ],
    { seconds: 120 },
  );
  expect(load.stdout + load.stderr).toContain('number of failed transactions: 0');
  expect(await restarts()).toBe(0);
  const log = await logOf(database);
  expect(log).not.toContain('terminated by signal');
});

it('stops within ten seconds while it is written to, with nothing to recover afterwards', async () => {
  await withDatabase(node().admin, testbed, (sql) => sql.query('CREATE TABLE busy (n int)'), 'owner');
  const writing = node().inPod(
    client,
    [
      '/bin/sh',
      '-c',
      `while psql --quiet --command "INSERT INTO busy SELECT generate_series(1, 20000)" "${TRUSTING}" >/dev/null 2>&1; do :; done; echo stopped`,
    ],
    { seconds: 60 },
  );
  await eventually('the writer writes', async () =>
    (await inside('SELECT count(*) FROM busy')) === '0' ? undefined : true,
  );
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: testbed, name: 'database-0' };
  const uid = (await node().admin.get(pod))?.metadata.uid;
  const began = performance.now();
  await node().admin.delete(pod);
  await eventually(
    'the end of the pod',
    async () => ((await node().admin.get(pod))?.metadata.uid === uid ? undefined : true),
    60,
  );
  expect(performance.now() - began).toBeLessThan(10_000);
  expect((await writing).stdout).toBe('stopped\n');
  await eventually('an answer', async () => ((await ask(TRUSTING, 'SELECT 1')) === '1' ? true : undefined), 60);
  const log = await logOf(database);
  expect(log).toContain('database system was shut down at');
  expect(log).not.toContain('not properly shut down');
});

it('is backed up while it is used, and restored whole while clients hold on to it', async () => {
  await withDatabase(
    node().admin,
    testbed,
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
  const { backup } = await backupDatabase({ name, file }, node().surroundings);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(backup).toMatchObject({ testbed: name, id: testbed, grade: 'open', engineVersion: 15 });
  expect(readFileSync(file, 'latin1').slice(0, 5)).toBe('PGDMP');

  await withDatabase(
    node().admin,
    testbed,
    async (sql) => {
      await sql.query('DROP TABLE kept');
      await sql.query('CREATE TABLE later (n int)');
      // Its session is open while the restored database takes its place.
      await restoreDatabase({ name, file }, node().surroundings);
      await expect(sql.query('SELECT 1')).rejects.toThrow(/terminat|connection/i);
    },
    'owner',
  );
  expect(await inside('SELECT count(*), min(length(word)) FROM kept')).toBe('50000|50');
  expect(await inside("SELECT to_regclass('later') IS NULL, (SELECT count(*) FROM pg_largeobject_metadata)")).toBe(
    't|1',
  );
  expect(await ask(TRUSTING, 'SELECT tableowner FROM pg_tables WHERE tablename = $$kept$$')).toBe('testbed_owner');
  // The application's rights are those of before.
  await withDatabase(node().admin, testbed, (sql) => sql.query('SELECT * FROM shown'));
  expect(await databases()).toBe(UNTOUCHED);
});

it('says what it refuses of a backup, also of one that is longer than what is on its way', async () => {
  // Of the superuser, whose objects the owner can't make.
  await inside('CREATE TABLE foreign_owned AS SELECT n, md5(n::text) FROM generate_series(1, 400000) AS n');
  const file = join(folder, 'foreign.backup');
  await backupDatabase({ name, file }, node().surroundings);
  expect(statSync(file).size).toBeGreaterThan(4 * 1024 * 1024);
  const refused: unknown = await restoreDatabase({ name, file }, node().surroundings).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'DatabaseFailed',
    details: expect.arrayContaining([expect.objectContaining({ en: expect.stringContaining('"postgres"') })]),
  });
  expect(await inside('SELECT count(*) FROM foreign_owned')).toBe('400000');
  expect(await databases()).toBe(UNTOUCHED);
  await inside('DROP TABLE foreign_owned');
});

it('stays as it is when a backup is damaged, cut short, or not one that can be restored', async () => {
  await inside('SET ROLE testbed_owner; CREATE TABLE untouched AS SELECT n FROM generate_series(1, 20000) AS n');
  const sound = join(folder, 'sound.backup');
  await backupDatabase({ name, file: sound }, node().surroundings);
  await inside('INSERT INTO untouched VALUES (0)');
  const whole = readFileSync(sound);
  const bad = join(folder, 'bad.backup');
  const changed = Buffer.from(whole);
  changed[2000] = (changed[2000] ?? 0) ^ 1;
  writeFileSync(bad, changed);
  await expect(restoreDatabase({ name, file: bad }, node().surroundings)).rejects.toMatchObject({
    code: 'BackupRefused',
  });
  writeFileSync(bad, whole.subarray(0, whole.length - 100));
  await expect(restoreDatabase({ name, file: bad }, node().surroundings)).rejects.toMatchObject({
    code: 'BackupRefused',
  });

  // Sound by its checksum, but the tool itself stops half-way.
  const half = join(folder, 'half.backup');
  const writer = await writeBackup(half);
  await writer.write(whole.subarray(0, Math.floor(whole.length / 2)));
  await writer.finish({
    testbed: name,
    id: testbed,
    participant: 'p',
    grade: 'open',
    engine: 'postgresql',
    engineVersion: 15,
    serverVersion: '15',
    takenAt: '2026-11-23T00:00:00Z',
  });
  await expect(restoreDatabase({ name, file: half }, node().surroundings)).rejects.toMatchObject({
    code: 'DatabaseFailed',
  });
  expect(await inside('SELECT count(*) FROM untouched')).toBe('20001');
  expect(await databases()).toBe(UNTOUCHED);
});

it('gets new passwords and another certificate by rotation, keeps its data, and the old password ends', async () => {
  const rotated = `rotated-${run}`;
  const before = await used(rotated);
  const owned = <T>(use: Parameters<typeof withDatabase<T>>[2]): Promise<T> =>
    withDatabase(node().admin, before.testbed, use, 'owner');
  await owned((sql) => sql.query('CREATE TABLE kept AS SELECT 1 AS n'));
  const { testbed: record } = await rotateDatabase({ name: rotated }, node().surroundings);
  expect(record.database).toEqual({ credentials: 2 });
  // The client's pod still has what it started with.
  expect(await ask('sslmode=require', 'SELECT 1', before.client)).toContain('password authentication failed');
  expect(await ask(TRUSTING, 'SELECT 1', before.client)).toContain('certificate verify failed');
  expect(await owned(async (sql) => (await sql.query('SELECT n FROM kept')).rows)).toEqual([{ n: 1 }]);
  const names: string[] = [];
  for await (const { metadata } of node().admin.list('v1', 'Secret', { namespace: before.testbed, metadataOnly: true }))
    names.push(metadata.name);
  expect(names.toSorted()).toEqual(['database-app', 'database-credentials-2', 'database-owner']);
});

it('has the passwords of its Secrets after `up`, wherever a rotation was killed', async () => {
  const killed = `killed-${run}`;
  const { testbed: id } = await used(killed);
  const number = async (): Promise<number> =>
    (await withRecords(node().home, (records) => records.find(killed)))?.database?.credentials ?? 0;
  for (const afterMs of [0, 1000, 2500]) {
    const before = await number();
    const { environment, cwd } = node().surroundings;
    const rotating = spawn(process.execPath, [BIN, 'database', 'rotate', killed, '--yes'], {
      env: environment,
      cwd,
      stdio: 'ignore',
    });
    const ended = once(rotating, 'exit');
    await eventually('the next number is recorded', async () => ((await number()) > before ? true : undefined), 60);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    rotating.kill('SIGKILL');
    await ended;
    await node().up({ name: killed, database: { engine: 'postgresql', version: '15' } });
    for (const role of ['app', 'owner'] as const)
      await withDatabase(node().admin, id, (sql) => sql.query('SELECT 1'), role);
  }
  expect(await number()).toBe(4);
});

it('of grade sensitive is backed up too, and its backup stays in that grade', async () => {
  const other = `sealed-${run}`;
  await node().up({ name: other, grade: 'sensitive', database: { engine: 'postgresql', version: '15' } });
  const file = join(folder, 'sealed.backup');
  const { backup } = await backupDatabase({ name: other, file }, node().surroundings);
  expect(backup.grade).toBe('sensitive');
  await restoreDatabase({ name: other, file }, node().surroundings);
  await expect(restoreDatabase({ name, file }, node().surroundings)).rejects.toMatchObject({ code: 'GradeRefused' });
});

it('leaves nobody a right to its pod when the work is done', async () => {
  const bound: string[] = [];
  for await (const { metadata } of node().admin.list('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    namespace: testbed,
  }))
    bound.push(metadata.name);
  expect(bound.toSorted()).toEqual(['testbed-developer', 'testbed-developer-open']);
});
