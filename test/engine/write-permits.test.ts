import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeClaim } from '../../engine/claims/claim';
import type { Claim } from '../../engine/claims/held-claim';
import { claimKey } from '../../engine/claims/claim-document';
import { openWritePermits, permittedClient, type WritePermits } from '../../engine/write-permits';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { testSurroundings } from '../support/cluster';
import { memoryStore } from './claims/memory-store';

// A real API server; both ends of the question are in one thread here.
const namespace = `et-${randomBytes(5).toString('hex')}`;
const store = memoryStore();
let plain: KubernetesClient;
let client: KubernetesClient;
let claim: Claim;
let permits: WritePermits;
let asked = 0;
beforeAll(async () => {
  plain = createClient(testSurroundings().connection);
  await plain.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  claim = await takeClaim({ store, stack: namespace, purpose: 'shared up' });
  permits = openWritePermits(() => {
    asked += 1;
    return claim.verify();
  });
  client = permittedClient(createClient(testSurroundings().connection), permits.port);
});
afterAll(async () => {
  await plain.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  permits.close();
  await Promise.all([client.close(), plain.close()]);
});

function map(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { a: '1' } };
}
const reference = (name: string): { apiVersion: string; kind: string; namespace: string; name: string } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name,
});
const NAMES = ['one', 'two', 'three'];

async function standing(): Promise<string[]> {
  const found = await Promise.all(NAMES.map((name) => plain.get(reference(name))));
  return NAMES.filter((_, at) => found[at] !== undefined);
}

describe('a client that asks before it writes', () => {
  it('writes while its claim is held, reads unasked, and writes nothing once another run has the claim', async () => {
    await Promise.all([client.create(map('one')), client.apply(map('two'))]);
    await client.mergePatch(reference('two'), { data: { a: '2' } });
    expect(asked).toBe(3);
    expect((await client.get(reference('two')))?.['data']).toEqual({ a: '2' });
    await client.apply(map('three'), { dryRun: true });
    expect(asked).toBe(3);

    const seen = await store.read(claimKey(namespace));
    if (seen !== undefined) await store.end(claimKey(namespace), seen.version);
    const next = await takeClaim({ store, stack: namespace, purpose: 'shared down' });
    const writings = [
      client.create(map('three')),
      client.apply(map('three')),
      client.mergePatch(reference('one'), { data: { a: '3' } }),
      client.delete(reference('one')),
      client.raw('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body: { metadata: { name: 'three' } } }),
    ];
    for (const writing of writings) await expect(writing).rejects.toMatchObject({ code: 'ClaimLost' });
    expect(await standing()).toEqual(['one', 'two']);
    await next.giveBack();
  });
});
