import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../engine/store/open-store';
import { builtFile } from '../../support/built-file';
import { openS3Server } from './s3-server';

const SECRET = 'hunter2-secret';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: SECRET, PGPASSWORD: SECRET };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('TESTBED_STATE', () => {
  it.each([
    [undefined, '/home/x/store'],
    ['', '/home/x/store'],
    ['file:///var/lib/testbed/store', '/var/lib/testbed/store'],
    ['file:///var/lib/%EA%B3%B5%EC%9C%A0/', '/var/lib/공유'],
    ['postgres://state@db.example.org/testbed', 'postgres://state@db.example.org:5432/testbed'],
    ['postgresql://state@[::1]:6432/testbed?table=other', 'postgres://state@[::1]:6432/testbed'],
    ['postgres:///testbed?host=/run/postgresql&user=state', 'postgres://state@/run/postgresql:5432/testbed'],
    [
      's3://bucket/site-a/?endpoint=https://storage.example.org:9000',
      's3://bucket/site-a/ (https://storage.example.org:9000)',
    ],
    ['s3://bucket?endpoint=http://127.0.0.1:9000', 's3://bucket/ (http://127.0.0.1:9000)'],
  ])('of %s is the store %s', async (url, place) => {
    const store = await openStore({ url, directory: '/home/x/store', environment: KEYS });
    expect(store.place).toBe(place);
    expect(inspect(store, { depth: 10, showHidden: true })).not.toContain(SECRET);
    await store.close();
  });

  it.each([
    ['/var/lib/testbed', 'it is no URL'],
    ['ftp://host/x', "'ftp:' names no kind of store"],
    ['file://host/var/lib', 'a file URL names one directory of this machine'],
    ['file:///', 'a file URL names one directory of this machine'],
    ['file:///x?y=1', 'a file URL names one directory of this machine'],
    [`postgres://state:${SECRET}@db/testbed`, 'a URL is no place for a password'],
    ['postgres://state@db', 'the URL names no database'],
    ['postgres://db/testbed', 'the URL names no user'],
    ['postgres:///testbed?user=state', 'the URL names no host'],
    ['postgres:///testbed?user=state&host=db&port=0', 'port is a number from 1 to 65535'],
    ['postgres://state@db/testbed?sslmode=prefer', 'sslmode "prefer" is none'],
    ['postgres://state@db/testbed?sslrootcert=/nowhere.pem', 'cannot read sslrootcert'],
    ['postgres://state@db/testbed?table=a;drop', 'table is a name'],
    ['postgres://state@db/testbed?options=-c', 'the parameter "options" is unknown'],
    ['postgres://state@db/testbed?table=a&table=b', 'the parameter "table" is unknown or there twice'],
    ['postgres://st%ZZate@db/testbed', "a '%' in the URL"],
    [`s3://AKID:${SECRET}@bucket/x?endpoint=https://storage.example.org`, 'a URL is no place for keys'],
    ['s3://B/x?endpoint=https://storage.example.org', 'the URL names no bucket'],
    ['s3://bucket/a b?endpoint=https://storage.example.org', 'the prefix takes'],
    ['s3://bucket/x', 'endpoint names the store'],
    ['s3://bucket/x?endpoint=http://storage.example.org', 'endpoint names the store'],
    [`s3://bucket/x?endpoint=https://u:${SECRET}@storage.example.org`, 'endpoint names the store'],
    ['s3://bucket/x?endpoint=https://storage.example.org&region=A', 'region takes'],
  ])('of %s is refused: %s', async (url, words) => {
    const error: unknown = await openStore({ url, directory: folder, environment: KEYS }).catch(
      (each: unknown) => each,
    );
    expect(error).toMatchObject({ code: 'UsageWrong', message: expect.stringContaining(`TESTBED_STATE: ${words}`) });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('of a bucket needs its keys in the environment', async () => {
    const url = 's3://bucket/x?endpoint=https://storage.example.org';
    await expect(
      openStore({ url, directory: folder, environment: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' } }),
    ).rejects.toThrow('s3:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  });

  it('of a place where nobody answers fails by name after some tries', async () => {
    const { port } = await openS3Server().then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    const urls = [`postgres://state@127.0.0.1:${port}/testbed`, `s3://bucket/x?endpoint=http://127.0.0.1:${port}`];
    const errors = urls.map(async (url) => {
      const store = await openStore({ url, directory: folder, environment: KEYS });
      const error: unknown = await store.read('states/a').catch((each: unknown) => each);
      await store.close();
      return error;
    });
    const told = await Promise.all(errors);
    expect(told).toMatchObject([
      { code: 'StoreUnreachable', message: expect.stringMatching(/^cannot use the store postgres:.* ECONNREFUSED/) },
      { code: 'StoreUnreachable', message: expect.stringMatching(/^cannot use the store s3:.* ECONNREFUSED/) },
    ]);
    expect(inspect(told, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it.each([
    ['file:///tmp/x', []],
    ['postgres://state@127.0.0.1/testbed', ['pg']],
    ['s3://bucket/x?endpoint=https://storage.example.org', ['aws4fetch']],
  ])('of %s loads %j and no other driver', (url, drivers) => {
    const program = `require(process.argv[1]).openStore({ url: process.argv[2], directory: '/nowhere', environment: process.env }).then(() => {
      const loaded = ['pg', 'aws4fetch'].filter((name) => Object.keys(require.cache).some((file) => file.includes('/node_modules/' + name + '/')));
      console.log(JSON.stringify(loaded));
    })`;
    const { stdout } = spawnSync(
      process.execPath,
      ['-e', program, builtFile('engine', 'store', 'open-store.js'), url],
      {
        env: { ...process.env, ...KEYS },
        encoding: 'utf8',
      },
    );
    expect(JSON.parse(stdout)).toEqual(drivers);
  });
});
