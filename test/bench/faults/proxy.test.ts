import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../bench/faults/fault';
import { openFaultProxy, type FaultProxy } from '../../../bench/faults/proxy';
import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { testSurroundings } from '../../support/cluster';
import { thrown } from '../../engine/harness';

/** The real API server of the run behind it; what is written goes with its namespace. */
const namespace = `fault-proxy-${randomBytes(4).toString('hex')}`;
const admin = createClient(testSurroundings().connection);
let proxy: FaultProxy;
let client: KubernetesClient;
beforeAll(async () => {
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  proxy = await openFaultProxy(testSurroundings().connection);
});
beforeEach(() => {
  proxy.begin();
  client = createClient(proxy.connection);
  return () => client.close();
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await admin.close();
});

const configMap = (name: string, data: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const there = async (name: string): Promise<boolean> =>
  (await admin.get({ ...configMap(name), name, namespace })) !== undefined;
const get = (name: string): Promise<KubernetesObject | undefined> =>
  client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
const onWrites = (fault: FaultRule['fault'], times = 1): FaultRule[] => [{ where: { writes: true, times }, fault }];

async function whoAmI(one: KubernetesClient): Promise<string | undefined> {
  const { body } = await one.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return /"username":"[^"]+"/.exec(JSON.stringify(body))?.[0];
}

describe('a proxy without a fault', () => {
  it('passes requests on as who sends them, and counts those that change something', async () => {
    await client.apply(configMap('plain'));
    await client.apply(configMap('plain'), { dryRun: true });
    expect(await there('plain')).toBe(true);
    expect(proxy.writes).toEqual([`PATCH /api/v1/namespaces/${namespace}/configmaps/plain`]);
    expect(await whoAmI(client)).toBe(await whoAmI(admin));
    const stranger = createClient({ ...proxy.connection, credential: { kind: 'token', token: 'of-nobody' } });
    expect(await thrown(stranger.apply(configMap('plain')))).toMatchObject({ failure: { status: 401 } });
    await stranger.close();
  });
});

describe('a stop at a write', () => {
  it('before it holds it and all that follows, and what is dropped never reaches the server', async () => {
    await client.apply(configMap('first'));
    const stop = proxy.stopAt(2, 'before');
    const held = [client.apply(configMap('held')), get('first')].map((work) => work.catch(() => undefined));
    expect(await stop.reached).toBe(`PATCH /api/v1/namespaces/${namespace}/configmaps/held`);
    expect(await there('held')).toBe(false);
    stop.release();
    await Promise.all(held);
    expect(await there('held')).toBe(true);
  });

  it('after it lets the server do it, and withholds the answer', async () => {
    const stop = proxy.stopAt(1, 'after');
    let isAnswered = false;
    const held = client.apply(configMap('done')).then(() => (isAnswered = true));
    await stop.reached;
    expect([await there('done'), isAnswered]).toEqual([true, false]);
    stop.release();
    await held;
  });
});

describe('a fault', () => {
  it.each([
    ['429', { kind: 'answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 }],
    ['503', { kind: 'answer', status: 503, reason: 'ServiceUnavailable' }],
    ['reset before', { kind: 'reset', when: 'before' }],
    ['reset after', { kind: 'reset', when: 'after' }],
  ] as const)('%s is outlasted by an apply', async (_name, fault) => {
    proxy.begin(onWrites(fault));
    const name = `outlasted-${randomBytes(3).toString('hex')}`;
    await client.apply(configMap(name));
    expect([await there(name), proxy.writes.length]).toEqual([true, 2]);
  });

  it.each([
    ['a body that is cut off', { kind: 'truncated', bytes: 40 }],
    ['no JSON', { kind: 'hostile', answer: 'not-json' }],
    ['a redirect', { kind: 'hostile', answer: 'redirect' }],
  ] as const)('%s fails the call', async (_name, fault) => {
    await admin.apply(configMap('read'));
    proxy.begin([{ where: { path: '/configmaps/read$' }, fault }]);
    expect((await thrown(get('read'))).code).toMatch(/^Kubernetes/);
  });

  it('stale gives the first answer again', async () => {
    await admin.apply(configMap('stale', { age: 'old' }));
    proxy.begin([
      { where: { path: '/configmaps/stale$', methods: ['GET'], skip: 1, times: 1 }, fault: { kind: 'stale' } },
    ]);
    const ages = [];
    for (const age of ['new', 'newer', 'newest']) {
      ages.push((await get('stale'))?.['data']);
      await admin.apply(configMap('stale', { age }));
    }
    expect(ages).toEqual([{ age: 'old' }, { age: 'old' }, { age: 'newer' }]);
  });

  it('in a watch swallows events, or ends what the server remembers', async () => {
    const list = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    const resourceVersion = list?.metadata.resourceVersion ?? '';
    for (const name of ['w1', 'w2', 'w3'])
      await admin.apply({ ...configMap(name), metadata: { name, namespace, labels: { watched: 'yes' } } });
    const options = { namespace, labelSelector: 'watched=yes', resourceVersion, timeoutSeconds: 1 };
    const seen = async (): Promise<string[]> => {
      const names: string[] = [];
      for await (const event of client.watch('v1', 'ConfigMap', options))
        names.push(event.type === 'BOOKMARK' ? event.type : event.object.metadata.name);
      return names.filter((name) => name.startsWith('w'));
    };
    proxy.begin([{ where: { watches: true }, fault: { kind: 'watch-gap', after: 1, drop: 1 } }]);
    expect(await seen()).toEqual(['w1', 'w3']);
    proxy.begin([{ where: { watches: true }, fault: { kind: 'watch-gone', after: 1 } }]);
    expect(await thrown(seen())).toMatchObject({ failure: { reason: 'Expired' } });
  });

  it.each([
    ['other-authority', 'KubernetesUnreachable'],
    ['expired', 'CertificateExpired'],
    ['other-name', 'KubernetesUnreachable'],
  ] as const)('certificate %s is refused', async (shown, code) => {
    proxy.show(shown);
    expect((await thrown(get('plain'))).code).toBe(code);
    expect(proxy.requests).toEqual([]);
    proxy.show('right');
    expect(await get('absent')).toBeUndefined();
  });

  it('is the same for the same seed', async () => {
    const course = async (seed: number): Promise<string> => {
      proxy.begin([{ where: { share: 0.5 }, fault: { kind: 'answer', status: 403, reason: 'Forbidden' } }], seed);
      let said = '';
      for (let i = 0; i < 12; i += 1)
        said += await client.raw('GET', '/version').then(
          () => '.',
          () => 'x',
        );
      return said;
    };
    const first = await course(7);
    expect([await course(7), first.includes('x'), first.includes('.')]).toEqual([first, true, true]);
  });
});
