import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { withDatabase } from '../../bench/ask-database';
import { fieldsAt, listAt, stringAt } from '../../kubernetes/json';
import { rotateDatabase } from '../../operations/database-rotate';
import { BIN } from '../scripts/run-cli';
import type { PodPlace } from '../support/real-node';
import { eventually } from '../support/rejection';
import { withRecords } from '../support/site-records';
import { onUsedDatabase, TRUSTING } from '../support/used-database';

/** PostgreSQL itself, in its pod on the real node: encryption, limits, stop, rotation. */
const used = onUsedDatabase();

async function restarts(): Promise<number | undefined> {
  const { node, testbed } = used();
  const pod = await node.admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: testbed, name: 'database-0' });
  const [status] = listAt(pod, 'status', 'containerStatuses');
  const count: unknown = Reflect.get(Object(status), 'restartCount');
  return typeof count === 'number' ? count : undefined;
}

async function logOf({ namespace, pod }: PodPlace): Promise<string> {
  const { body } = await used().node.admin.raw('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  return String(body);
}

it('answers over TLS in its own name, and refuses who would go without or names another', async () => {
  const encrypted = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
  expect(await used().ask(TRUSTING, encrypted)).toBe('t');
  expect(await used().ask(`${TRUSTING} channel_binding=require host=database`, encrypted)).toBe('t');
  expect(await used().ask('sslmode=disable', 'SELECT 1')).toContain('no encryption');
  expect(await used().ask(`${TRUSTING} sslrootcert=/etc/hostname`, 'SELECT 1')).toContain('root certificate');
  const address = stringAt(
    fieldsAt(
      await used().node.admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: used().testbed, name: 'database-0' }),
      'status',
    ),
    'podIP',
  );
  expect(await used().ask(`${TRUSTING} host=${address}`, 'SELECT 1')).toContain('does not match host name');
  expect(await used().ask(`${TRUSTING} user=postgres`, 'SELECT 1')).toContain('no pg_hba.conf entry');
});

it('has no more than its size gives, and stands it when all connections work at once', async () => {
  const { stdout } = await used().node.inPod(used().database, [
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
  expect(await used().inside('SHOW max_connections')).toBe('40');
  const load = await used().node.inPod(
    used().client,
    [
      '/bin/sh',
      '-c',
      'export PGSSLMODE=verify-full PGSSLROOTCERT=/tmp/authority.crt; pgbench --initialize --scale=5 --quiet && pgbench --client=37 --time=10 2>&1',
    ],
    { seconds: 120 },
  );
  expect(load.stdout + load.stderr).toContain('number of failed transactions: 0');
  expect(await restarts()).toBe(0);
  const log = await logOf(used().database);
  expect(log).not.toContain('terminated by signal');
});

it('stops within ten seconds while it is written to, with nothing to recover afterwards', async () => {
  await withDatabase(used().node.admin, used().testbed, (sql) => sql.query('CREATE TABLE busy (n int)'), 'owner');
  const writing = used().node.inPod(
    used().client,
    [
      '/bin/sh',
      '-c',
      `while psql --quiet --command "INSERT INTO busy SELECT generate_series(1, 20000)" "${TRUSTING}" >/dev/null 2>&1; do :; done; echo stopped`,
    ],
    { seconds: 60 },
  );
  await eventually('the writer writes', async () =>
    (await used().inside('SELECT count(*) FROM busy')) === '0' ? undefined : true,
  );
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: used().testbed, name: 'database-0' };
  const uid = (await used().node.admin.get(pod))?.metadata.uid;
  const began = performance.now();
  await used().node.admin.delete(pod);
  await eventually(
    'the end of the pod',
    async () => ((await used().node.admin.get(pod))?.metadata.uid === uid ? undefined : true),
    60,
  );
  expect(performance.now() - began).toBeLessThan(10_000);
  expect((await writing).stdout).toBe('stopped\n');
  await eventually('an answer', async () => ((await used().ask(TRUSTING, 'SELECT 1')) === '1' ? true : undefined), 60);
  const log = await logOf(used().database);
  expect(log).toContain('database system was shut down at');
  expect(log).not.toContain('not properly shut down');
});

it('gets new passwords and another certificate by rotation, keeps its data, and the old password ends', async () => {
  const before = await used.another('rotated');
  const owned = <T>(use: Parameters<typeof withDatabase<T>>[2]): Promise<T> =>
    withDatabase(used().node.admin, before.testbed, use, 'owner');
  await owned((sql) => sql.query('CREATE TABLE kept AS SELECT 1 AS n'));
  const { testbed: record } = await rotateDatabase({ name: before.name }, used().node.surroundings);
  expect(record.database).toEqual({ credentials: 2 });
  // The client's pod still has what it started with.
  expect(await before.ask('sslmode=require', 'SELECT 1')).toContain('password authentication failed');
  expect(await before.ask(TRUSTING, 'SELECT 1')).toContain('certificate verify failed');
  expect(await owned(async (sql) => (await sql.query('SELECT n FROM kept')).rows)).toEqual([{ n: 1 }]);
  const names: string[] = [];
  for await (const { metadata } of used().node.admin.list('v1', 'Secret', {
    namespace: before.testbed,
    metadataOnly: true,
  }))
    names.push(metadata.name);
  expect(names.toSorted()).toEqual(['database-app', 'database-credentials-2', 'database-owner']);
});

it('has the passwords of its Secrets after `up`, wherever a rotation was killed', async () => {
  const { name: killed, testbed: id } = await used.another('killed');
  const number = async (): Promise<number> =>
    (await withRecords(used().node.home, (records) => records.find(killed)))?.database?.credentials ?? 0;
  for (const afterMs of [0, 1000, 2500]) {
    const before = await number();
    const { environment, cwd } = used().node.surroundings;
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
    await used().node.up({ name: killed, database: { engine: 'postgresql', version: '15' } });
    for (const role of ['app', 'owner'] as const)
      await withDatabase(used().node.admin, id, (sql) => sql.query('SELECT 1'), role);
  }
  expect(await number()).toBe(4);
});

it('leaves nobody a right to its pod when the work is done', async () => {
  const bound: string[] = [];
  for await (const { metadata } of used().node.admin.list('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    namespace: used().testbed,
  }))
    bound.push(metadata.name);
  expect(bound.toSorted()).toEqual(['testbed-developer', 'testbed-developer-open']);
});
