import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../engine/store/open-store';
import type { DocumentStore } from '../../../engine/store/types';
import { openLosingProxy } from '../../support/losing-proxy';
import { describeDocumentStore, versionOf, writeOften } from './document-store-behaviour';
import { keysOf } from './history';
import { openS3Server, type S3Server } from './s3-server';

function open(
  server: S3Server,
  port = server.port,
  keys: Partial<S3Server['keys']> = server.keys,
): Promise<DocumentStore> {
  const url = `s3://state/site-a?endpoint=http://127.0.0.1:${port}&region=kr-central`;
  return openStore({ url, directory: '/nowhere', environment: keys });
}

describeDocumentStore({
  title: 'a bucket',
  histories: 25,
  place: async () => {
    const server = await openS3Server({ page: 3 });
    return { open: () => open(server), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  },
});

const real = process.env['TESTBED_TEST_S3'];
if (real !== undefined)
  describeDocumentStore({
    title: 'the bucket that TESTBED_TEST_S3 names',
    histories: 10,
    place: async () => {
      const url = new URL(real);
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${randomBytes(6).toString('hex')}`;
      return {
        open: () => openStore({ url: url.href, directory: '/nowhere', environment: process.env }),
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
  });

describe('a store in a bucket', () => {
  it.each([
    ['request', 0, 'written', 'mine'],
    ['answer', 0, 'written', 'mine'],
    ['request', 1, 'conflict', 'theirs 1'],
    ['answer', 1, 'written', 'theirs 1'],
    ['answer', 24, 'written', 'theirs 24'],
  ] as const)('whose %s is lost, while %i others write, says %s', async (what, others, kind, content) => {
    await using server = await openS3Server();
    await using proxy = await openLosingProxy(server.port);
    const slow = await open(server, proxy.port);
    const other = await open(server);
    const first = versionOf(await slow.write('states/a', Buffer.from('one'), 'absent'));
    const lost = proxy.lose('PUT /state/site-a/states/a.doc', what, () => writeOften(other, others));
    const outcome = await slow.write('states/a', Buffer.from('mine'), first);
    await lost;
    expect(outcome.kind).toBe(kind);
    expect((await slow.read('states/a'))?.content.toString()).toBe(content);
  });

  it.each(['request', 'answer'] as const)('whose %s of a first writing is lost says written, once', async (what) => {
    await using server = await openS3Server();
    await using proxy = await openLosingProxy(server.port);
    const store = await open(server, proxy.port);
    const lost = proxy.lose('PUT /state/site-a/states/a.doc', what);
    expect((await store.write('states/a', Buffer.from('mine'), 'absent')).kind).toBe('written');
    await lost;
    expect((await store.read('states/a'))?.content.toString()).toBe('mine');
  });

  it('whose answer is lost says that it does not know, where more was written since than is remembered', async () => {
    await using server = await openS3Server();
    await using proxy = await openLosingProxy(server.port);
    const slow = await open(server, proxy.port);
    const other = await open(server);
    const first = versionOf(await slow.write('states/a', Buffer.from('one'), 'absent'));
    const lost = proxy.lose('PUT /state/site-a/states/a.doc', 'answer', () => writeOften(other, 25));
    await expect(slow.write('states/a', Buffer.from('mine'), first)).rejects.toMatchObject({
      code: 'StoreUnreachable',
      message: expect.stringContaining('it is not known whether it held'),
    });
    await lost;
  });

  it('takes the same content again for another writing, though its bytes and so the tag of the content are the same', async () => {
    await using server = await openS3Server();
    const store = await open(server);
    const first = versionOf(await store.write('states/a', Buffer.from('A'), 'absent'));
    const second = versionOf(await store.write('states/a', Buffer.from('B'), first));
    versionOf(await store.write('states/a', Buffer.from('A'), second));
    expect(await store.write('states/a', Buffer.from('C'), first)).toEqual({ kind: 'conflict' });
  });

  it('tries again what was too much, under way or broken for the moment', async () => {
    await using server = await openS3Server();
    const store = await open(server);
    await store.write('states/a', Buffer.from('one'), 'absent');
    server.answerNext({ status: 503, code: 'SlowDown' }, { status: 429, code: 'TooManyRequests' });
    const found = await store.read('states/a');
    server.answerNext({ status: 409, code: 'ConditionalRequestConflict' }, { status: 500, code: 'InternalError' });
    const outcome = await store.write('states/a', Buffer.from('two'), found?.version ?? 'absent');
    expect(outcome.kind).toBe('written');
  });

  it.each([
    ['if-match', 'If-Match'],
    ['if-none-match', 'If-None-Match'],
  ] as const)('that ignores %s is refused before the first document', async (ignored, name) => {
    await using server = await openS3Server({ ignores: [ignored] });
    const store = await open(server);
    await expect(store.write('states/a', Buffer.from('one'), 'absent')).rejects.toMatchObject({
      code: 'StoreUnreachable',
      message: expect.stringContaining(`it does not hold to ${name} (answer 200 instead of 412)`),
    });
    expect([...server.objects.keys()]).toEqual(['site-a/.probe']);
  });

  it('asks for conditions once, and reads and lists without', async () => {
    await using server = await openS3Server();
    const store = await open(server);
    await store.read('states/a');
    await keysOf(store, '');
    expect(server.requests).toEqual(['GET site-a/states/a.doc', 'GET ']);
    await store.write('states/a', Buffer.from('one'), 'absent');
    await store.write('states/b', Buffer.from('one'), 'absent');
    expect(server.requests.filter((request) => request === 'PUT site-a/.probe')).toHaveLength(3);
  });

  it.each([
    [403, 'AccessDenied', 'NoPermission'],
    [403, 'RequestTimeTooSkewed', 'StoreUnreachable'],
    [404, 'NoSuchBucket', 'StoreUnreachable'],
    [507, 'QuotaExceeded', 'NoSpace'],
    [301, 'PermanentRedirect', 'StoreUnreachable'],
  ] as const)('that answers %i %s fails with %s, once', async (status, code, expected) => {
    await using server = await openS3Server();
    const store = await open(server);
    server.answerNext({ status, code });
    await expect(store.read('states/a')).rejects.toMatchObject({ code: expected });
    expect(server.requests).toHaveLength(1);
  });

  it('refused for a wrong key says so, and says neither key', async () => {
    await using server = await openS3Server();
    const secret = 'another-secret-4711';
    const store = await open(server, server.port, { ...server.keys, AWS_SECRET_ACCESS_KEY: secret });
    const error: unknown = await store.read('states/a').catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: 'NoPermission',
      message: expect.stringContaining('403 SignatureDoesNotMatch'),
    });
    expect(inspect([error, store], { depth: 10, showHidden: true })).not.toContain(secret);
  });

  it.each([
    ['something else', Buffer.from('{"hello":"world"}')],
    ['nothing', Buffer.alloc(0)],
    ['a part', undefined],
  ])('with an object that holds %s names it and reads no part of it', async (_, foreign) => {
    await using server = await openS3Server();
    const store = await open(server);
    await store.write('states/a', Buffer.from('one'), 'absent');
    const whole = server.objects.get('site-a/states/a.doc') ?? Buffer.alloc(0);
    server.objects.set('site-a/states/a.doc', foreign ?? whole.subarray(0, whole.length - 1));
    await expect(store.read('states/a')).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining('site-a/states/a.doc of s3://state/site-a/'),
    });
  });

  it('lists no foreign objects, and not those of a neighbour whose prefix begins alike', async () => {
    await using server = await openS3Server();
    const store = await open(server);
    await store.write('records/a', Buffer.from('one'), 'absent');
    for (const name of [
      'site-a/README.md',
      'site-a/records/B.doc',
      'site-ab/records/c.doc',
      'records/d.doc',
      'site-a/records/',
      'site-a/records/.doc',
    ])
      server.objects.set(name, Buffer.from('x'));
    expect(await keysOf(store, '')).toEqual(['records/a']);
  });
});
