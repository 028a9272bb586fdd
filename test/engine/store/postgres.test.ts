import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTestbedError } from '../../../errors';
import { openStore } from '../../../engine/store/open-store';
import type { DocumentStore } from '../../../engine/store/types';
import { needRoot } from '../../platform/images/run-in-image';
import { openLosingProxy } from '../../support/losing-proxy';
import { describeDocumentStore, versionOf, writeOften, type StorePlace } from './document-store-behaviour';
import { keysOf } from './history';
import { openPostgresServer, type PostgresServer } from './postgres-server';

const COLD_MS = 300_000;

describe('a store in PostgreSQL', () => {
  needRoot();
  let server: PostgresServer | undefined;
  let tables = 0;

  beforeAll(async () => {
    if (process.platform === 'linux' && process.getuid?.() === 0) server = await openPostgresServer();
  }, COLD_MS);
  afterAll(() => server?.stop());

  function started(): PostgresServer {
    if (server === undefined) throw new Error('the server was not started');
    return server;
  }
  const nextTable = (): string => `documents_${(tables += 1)}`;

  function open(table: string, port = started().port, more = ''): Promise<DocumentStore> {
    const url = `postgres://store@127.0.0.1:${port}/postgres?table=${table}${more}`;
    return openStore({ url, directory: '/nowhere', environment: { PGPASSWORD: started().password } });
  }

  async function asAdministrator<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { port, password } = started();
    const client = new Client({ host: '127.0.0.1', port, user: 'store', password, database: 'postgres' });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  describeDocumentStore({
    title: 'a table of PostgreSQL',
    histories: 25,
    place: async (): Promise<StorePlace> => {
      const table = nextTable();
      return { open: () => open(table), [Symbol.asyncDispose]: async () => undefined };
    },
  });

  it('makes its table once, when many come first at the same time', async () => {
    const table = nextTable();
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(table)));
    const outcomes = await Promise.all(
      stores.map((store, index) => store.write(`keys/${index}`, Buffer.from('x'), 'absent')),
    );
    expect(outcomes.every(({ kind }) => kind === 'written')).toBe(true);
    await Promise.all(stores.map((store) => store.close()));
  });

  it.each(['request', 'answer'] as const)(
    'whose %s of a writing is lost says truly that it holds, once',
    async (what) => {
      await using proxy = await openLosingProxy(started().port);
      const store = await open(nextTable(), proxy.port);
      const first = versionOf(await store.write('states/a', Buffer.from('one'), 'absent'));
      for (const [words, act] of [
        ['update ', () => store.write('states/a', Buffer.from('two'), first)],
        ['insert ', () => store.write('states/b', Buffer.from('two'), 'absent')],
      ] as const) {
        const lost = proxy.lose(words, what);
        const outcome = await act();
        await lost;
        expect(outcome.kind).toBe('written');
      }
      expect((await store.read('states/a'))?.content.toString()).toBe('two');
      expect((await store.read('states/b'))?.content.toString()).toBe('two');
      await store.close();
    },
  );

  it.each([
    ['request', 1, 'conflict', 'theirs 1'],
    ['answer', 1, 'written', 'theirs 1'],
    ['answer', 24, 'written', 'theirs 24'],
  ] as const)('whose %s is lost, while %i others write, says %s', async (what, others, kind, content) => {
    const table = nextTable();
    await using proxy = await openLosingProxy(started().port);
    const slow = await open(table, proxy.port);
    const other = await open(table);
    const first = versionOf(await slow.write('states/a', Buffer.from('one'), 'absent'));
    const lost = proxy.lose('update ', what, () => writeOften(other, others));
    const outcome = await slow.write('states/a', Buffer.from('mine'), first);
    await lost;
    expect(outcome.kind).toBe(kind);
    expect((await slow.read('states/a'))?.content.toString()).toBe(content);
    await Promise.all([slow.close(), other.close()]);
  });

  it('whose answer is lost says that it does not know, where more was written since than is remembered', async () => {
    const table = nextTable();
    await using proxy = await openLosingProxy(started().port);
    const slow = await open(table, proxy.port);
    const other = await open(table);
    const first = versionOf(await slow.write('states/a', Buffer.from('one'), 'absent'));
    const lost = proxy.lose('update ', 'answer', () => writeOften(other, 25));
    await expect(slow.write('states/a', Buffer.from('mine'), first)).rejects.toMatchObject({
      code: 'StoreUnreachable',
      message: expect.stringContaining('it is not known whether it held'),
    });
    await lost;
    await Promise.all([slow.close(), other.close()]);
  });

  it('goes on by itself after the server ended its connections', async () => {
    const store = await open(nextTable());
    await store.write('states/a', Buffer.from('one'), 'absent');
    await asAdministrator((client) =>
      client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'testbed'"),
    );
    expect((await store.read('states/a'))?.content.toString()).toBe('one');
    await store.close();
  });

  it('tells a row that others made from its own, by the name of the document', async () => {
    const table = nextTable();
    const store = await open(table);
    await store.write('states/a', Buffer.from('one'), 'absent');
    await asAdministrator((client) =>
      client.query(`alter table ${table} alter content drop not null; update ${table} set content = null`),
    );
    await expect(store.read('states/a')).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining('states/a of postgres://store@127.0.0.1'),
    });
    await store.close();
  });

  it('with TLS takes the certificate that its authority signed for that name, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
    const roots = join(folder, 'ca.pem');
    writeFileSync(roots, started().ca);
    const { port, password } = started();
    const via = (host: string, parameters: string): Promise<DocumentStore> =>
      openStore({
        url: `postgres://store@${host}:${port}/postgres?table=${nextTable()}&${parameters}`,
        directory: '/nowhere',
        environment: { PGPASSWORD: password },
      });
    for (const [host, parameters, code] of [
      ['localhost', `sslmode=verify-full&sslrootcert=${roots}`, undefined],
      ['127.0.0.1', `sslmode=verify-ca&sslrootcert=${roots}`, undefined],
      ['127.0.0.1', 'sslmode=require', undefined],
      ['127.0.0.1', `sslmode=verify-full&sslrootcert=${roots}`, 'StoreUnreachable'],
      ['localhost', 'sslmode=verify-full', 'StoreUnreachable'],
    ] as const) {
      const store = await via(host, parameters);
      const came = await store.read('states/a').catch((error: unknown) => (isTestbedError(error) ? error.code : error));
      expect(came, `${host} ${parameters}`).toBe(code);
      await store.close();
    }
    rmSync(folder, { recursive: true });
  });

  it('takes the password from a passfile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
    const passfile = join(folder, 'passfile');
    writeFileSync(passfile, `127.0.0.1:${started().port}:*:store:${started().password}\n`, { mode: 0o600 });
    const store = await openStore({
      url: `postgres://store@127.0.0.1:${started().port}/postgres?table=${nextTable()}`,
      directory: '/nowhere',
      environment: { PGPASSFILE: passfile },
    });
    expect(await store.read('states/a')).toBeUndefined();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('needs no more than to select, insert and update in a table that is there', async () => {
    const table = nextTable();
    const owner = await open(table);
    await owner.write('states/a', Buffer.from('one'), 'absent');
    await asAdministrator((client) =>
      client.query(
        `create role worker_${table} login password 'p'; grant select, insert, update on ${table} to worker_${table}`,
      ),
    );
    const at = (role: string, name: string): Promise<DocumentStore> =>
      openStore({
        url: `postgres://${role}@127.0.0.1:${started().port}/postgres?table=${name}`,
        directory: '/nowhere',
        environment: { PGPASSWORD: 'p' },
      });
    const worker = await at(`worker_${table}`, table);
    const found = await worker.read('states/a');
    const second = versionOf(await worker.write('states/a', Buffer.from('two'), found?.version ?? 'absent'));
    expect(await worker.end('states/a', second)).toBe('ended');
    expect((await worker.write('states/a', Buffer.from('three'), 'absent')).kind).toBe('written');
    const elsewhere = await at(`worker_${table}`, nextTable());
    await expect(elsewhere.read('states/a')).rejects.toMatchObject({
      code: 'NoPermission',
      message: expect.stringContaining('permission denied for schema public'),
    });
    await Promise.all([owner, worker, elsewhere].map((store) => store.close()));
  });

  it('says that the password is wrong without saying it, and names a database that is none', async () => {
    const { port } = started();
    const password = 'not-the-right-password-4711';
    const wrong = await openStore({
      url: `postgres://store@127.0.0.1:${port}/postgres`,
      directory: '/nowhere',
      environment: { PGPASSWORD: password },
    });
    const error: unknown = await wrong.read('states/a').catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'NoPermission',
      message: expect.stringContaining('password authentication failed'),
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(password);
    await wrong.close();
    const none = await openStore({
      url: `postgres://store@127.0.0.1:${port}/postgres`,
      directory: '/nowhere',
      environment: { HOME: '/nowhere' },
    });
    await expect(none.read('states/a')).rejects.toMatchObject({ code: 'NoPermission' });
    await none.close();
    const missing = await openStore({
      url: `postgres://store@127.0.0.1:${port}/nowhere`,
      directory: '/nowhere',
      environment: { PGPASSWORD: started().password },
    });
    await expect(keysOf(missing, '')).rejects.toMatchObject({
      code: 'StoreUnreachable',
      message: expect.stringContaining('database "nowhere" does not exist'),
    });
    await missing.close();
  });
});
