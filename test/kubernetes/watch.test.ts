// Against the real API server. A young server still knows every beginning, so its answer 410 is shown in faults.test.ts by a stand-in.
import { expect, it } from 'vitest';
import type { WatchEvent } from '../../kubernetes/types';
import { allOf, testNamespace } from './support/namespace';

const nameIn = (event: WatchEvent): string => (event.type === 'BOOKMARK' ? '' : event.object.metadata.name);

it('tells additions, changes and deletions in order, from where it is asked to begin', async () => {
  await using place = await testNamespace();
  const { client, name: namespace } = place;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } };
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace };
  const before = await client.create({ ...object, metadata: { name: 'before', namespace } });
  await client.create(object);
  await client.mergePatch(reference, { data: { a: '1' } });
  await client.delete(reference);
  const seen: string[] = [];
  const { resourceVersion = '' } = before.metadata;
  const stop = new AbortController();
  for await (const event of client.watch('v1', 'ConfigMap', {
    namespace,
    fieldSelector: 'metadata.name=a',
    resourceVersion,
    signal: stop.signal,
  })) {
    seen.push(`${event.type} ${nameIn(event)}`);
    if (event.type === 'DELETED') stop.abort();
  }
  expect(seen).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
});

it('ends without an error when the signal or the server ends it', async () => {
  await using place = await testNamespace();
  const { client, name: namespace } = place;
  expect(await allOf(client.watch('v1', 'Secret', { namespace, signal: AbortSignal.abort() }))).toEqual([]);
  const events = await allOf(client.watch('v1', 'Secret', { namespace, timeoutSeconds: 1 }));
  expect(events.filter(({ type }) => type !== 'BOOKMARK')).toEqual([]);
});
