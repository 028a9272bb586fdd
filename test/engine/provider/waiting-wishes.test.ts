import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeProviderError } from '../../../engine/provider-errors';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { call, failureOf, randomName, ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';
import { podSpec } from './support/workloads';

const namespace = randomName('pv');
const metadata = (name: string): JsonObject => ({ name, namespace });

describe('readiness', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
  });
  afterAll(() => place.end());

  it('is what the program waits for, where it says so', async () => {
    const name = 'awaited';
    let tell = (_message: string): void => undefined;
    const asked = new Promise<string>((resolve) => (tell = resolve));
    const told = await ServedProvider.start(client, { onStatus: (_, message) => tell(message.en) });
    const creation = told.create('kubernetes:core/v1:ConfigMap', name, {
      metadata: {
        ...metadata(name),
        annotations: { 'pulumi.com/waitFor': '["jsonpath={.data.done}=yes", "jsonpath={.metadata.labels.seen}"]' },
      },
      data: { wanted: '1' },
    });
    expect(await asked).toBe('it has no {.data.done} yet');
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name, namespace };
    await client.mergePatch(reference, { data: { done: 'yes' }, metadata: { labels: { seen: '' } } });
    const { state } = await creation;
    expect(state.value['data']).toEqual({ wanted: '1', done: 'yes' });
    told.stop();
  });

  it('that the program waits for in vain is told in its words', async () => {
    const quick = await ServedProvider.start(client, { readinessTimeoutSeconds: 1 });
    const failure = await failureOf(
      quick.create('kubernetes:core/v1:ConfigMap', 'vain', {
        metadata: { ...metadata('vain'), annotations: { 'pulumi.com/waitFor': 'condition=Ready' } },
      }),
    );
    expect(failure.error?.text.en).toBe(
      `ConfigMap "vain" in namespace "${namespace}" did not get ready within 1 s: it has no condition Ready yet`,
    );
    expect(failure.partly?.getId()).toBe(`${namespace}/vain`);
    quick.stop();
  });

  it.each([
    ['the custom timeout, before the annotation', { timeoutSeconds: 1 }, '50', 1],
    ['the annotation', {}, '1.5', 1.5],
  ])('is waited for as long as is said by %s', async (_, options, annotated, seconds) => {
    const name = `timed-${seconds * 10}`;
    const annotations = { 'pulumi.com/waitFor': 'condition=Never', 'pulumi.com/timeoutSeconds': annotated };
    const inputs = { metadata: { ...metadata(name), annotations } };
    const failure = await failureOf(provider.create('kubernetes:core/v1:ConfigMap', name, inputs, options));
    expect(failure.error?.text.en).toContain(`did not get ready within ${seconds} s: it has no condition Never yet`);
  });

  it.each<[string, string, string, RegExp]>([
    ['pulumi.com/waitFor', 'ready', 'ConfigMap', /must look like condition=Ready/],
    ['pulumi.com/waitFor', 'jsonpath={..a}', 'ConfigMap', /cannot be read at/],
    ['pulumi.com/waitFor', 'condition=Ready', 'Secret', /a Secret is never read here/],
    ['pulumi.com/timeoutSeconds', '5m', 'ConfigMap', /must be a number of seconds/],
    ['pulumi.com/timeoutSeconds', '0', 'ConfigMap', /must be a number of seconds/],
    ['pulumi.com/skipAwait', 'yes', 'ConfigMap', /must be "true" or "false"/],
    ['pulumi.com/patchForce', 'true', 'ConfigMap', /does not know the annotation/],
  ])('is not asked for in a way that would be passed over: %s %s', async (key, written, kind, words) => {
    const type = `kubernetes:core/v1:${kind}`;
    const answer = await provider.check(provider.urn(type, 'a'), {
      metadata: { ...metadata('a'), annotations: { [key]: written } },
    });
    expect(answer.getFailuresList().map((failure) => failure.getProperty())).toEqual([
      `metadata.annotations["${key}"]`,
    ]);
    expect(decodeProviderError(answer.getFailuresList()[0]?.getReason() ?? '')?.text.en).toMatch(words);
  });

  it('of what a pod stands on in a new namespace, its account and the figures of a quota, is waited for by the pod', async () => {
    const fresh = randomName('pv-fresh');
    const applying = await ServedProvider.start(client, { waitFor: 'applied' });
    const space = await applying.create('kubernetes:core/v1:Namespace', fresh, { metadata: { name: fresh } });
    await applying.create('kubernetes:core/v1:ResourceQuota', 'quota', {
      metadata: { name: 'quota', namespace: fresh },
      spec: { hard: { pods: '3' } },
    });
    const { id } = await applying.create('kubernetes:core/v1:Pod', 'pod', {
      metadata: { name: 'pod', namespace: fresh },
      spec: podSpec({}, { schedulerName: 'nobody' }),
    });
    expect(id).toBe(`${fresh}/pod`);
    await applying.delete(space);
    applying.stop();
  });

  it('is asked for by nobody any more once the engine has cancelled: no call writes or waits', async () => {
    const cancelled = await ServedProvider.start(client);
    const type = 'kubernetes:core/v1:ConfigMap';
    const kept = await cancelled.create(type, 'cancelled', { metadata: metadata('cancelled'), data: { a: '1' } });
    await call((done) => cancelled.rpc.cancel(new Empty(), done));
    const late = [
      () => cancelled.create(type, 'late', { metadata: metadata('never') }),
      () => cancelled.update(kept, { metadata: metadata('cancelled'), data: { a: '2' } }),
      () => cancelled.read(kept),
      () => cancelled.delete(kept),
    ];
    for (const rpc of late) expect((await failureOf(rpc())).error?.code).toBe('Interrupted');
    const live = await client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'cancelled', namespace });
    expect(live?.['data']).toEqual({ a: '1' });
    expect(await client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', namespace })).toBeUndefined();
    cancelled.stop();
  });
});
