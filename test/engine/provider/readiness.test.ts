import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { readStruct } from '../../../engine/provider/wire';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { call, failureOf, randomName, ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';
import { podSpec, workloadSpec } from './support/workloads';

const namespace = randomName('pv');
const DEPLOYMENT = 'kubernetes:apps/v1:Deployment';

function deployment(name: string, annotations: JsonObject): JsonObject {
  const pod = podSpec({ env: [{ name: 'TOKEN', value: 'canary-env' }] }, { schedulerName: 'nobody' });
  return { metadata: { name, namespace, annotations }, spec: workloadSpec(name, pod) };
}

// The pods name a scheduler that nobody runs, so they never get ready.
describe('readiness', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
  });
  afterAll(async () => {
    await place.end();
  });

  it('of workloads is not waited for where the caller does so, that of a namespace is', async () => {
    const applying = await ServedProvider.start(client, { waitFor: 'applied' });
    const created = await applying.create(DEPLOYMENT, 'later', deployment('later', {}));
    expect(created.id).toBe(`${namespace}/later`);
    expect(applying.statuses).toEqual([]);
    const name = randomName('pv');
    const place = await applying.create('kubernetes:core/v1:Namespace', name, { metadata: { name } });
    expect(place.state.value['status']).toMatchObject({ phase: 'Active' });
    applying.stop();
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
  });

  it('that does not come in time fails the call but hands over the object, so that it is not orphaned', async () => {
    const inputs = deployment('slow', { 'pulumi.com/timeoutSeconds': '1' });
    const secret = { value: inputs, secrets: [['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value']] };
    const failure = await failureOf(provider.create(DEPLOYMENT, 'slow', secret));
    expect(failure.code).toBe(2);
    expect(failure.error?.code).toBe('NotReady');
    expect(failure.error?.text.en).toContain(
      `Deployment "slow" in namespace "${namespace}" did not get ready within 1 s`,
    );
    expect(failure.partly?.getId()).toBe(`${namespace}/slow`);
    expect(failure.partly?.getReasonsList()).toEqual([failure.message]);
    const state = readStruct(failure.partly?.getProperties());
    const live = await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'slow', namespace });
    expect(state.value['metadata']).toMatchObject({ uid: live?.metadata.uid });
    expect(state.secrets).toContainEqual(['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value']);
    expect(readStruct(failure.partly?.getInputs()).value['spec']).toEqual(inputs['spec']);
    expect(provider.statuses.length).toBeGreaterThan(0);
    await provider.delete({
      urn: provider.urn(DEPLOYMENT, 'slow'),
      id: `${namespace}/slow`,
      inputs: readStruct(failure.partly?.getInputs()),
      state,
    });
    expect(await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'slow', namespace })).toBeUndefined();
  });

  it.each([30_000, 200_000])('that does not come in time hands over an object of %i bytes too', async (size) => {
    const name = `large-${size}`;
    const inputs = deployment(name, {
      'pulumi.com/timeoutSeconds': '0.2',
      'example.test/large': '가'.repeat(size / 3),
    });
    const failure = await failureOf(provider.create(DEPLOYMENT, name, inputs));
    expect(failure.error?.code).toBe('NotReady');
    expect(failure.partly?.getId()).toBe(`${namespace}/${name}`);
    const kept = {
      urn: provider.urn(DEPLOYMENT, name),
      id: `${namespace}/${name}`,
      inputs: await provider.checked(provider.urn(DEPLOYMENT, name), inputs),
      state: readStruct(failure.partly?.getProperties()),
    };
    const skipping = deployment(name, { 'pulumi.com/skipAwait': 'true', 'example.test/large': '가'.repeat(size / 3) });
    const updated = await provider.update(kept, skipping);
    expect(await provider.diff(updated, skipping)).toMatchObject({ changes: 'NONE' });
    await provider.delete(updated);
    expect(await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace })).toBeUndefined();
  });

  it('is not waited for where the program says so', async () => {
    const created = await provider.create(
      DEPLOYMENT,
      'skipped',
      deployment('skipped', { 'pulumi.com/skipAwait': 'true' }),
    );
    expect(created.id).toBe(`${namespace}/skipped`);
    await provider.delete(created);
  });

  it('is no longer waited for when the engine cancels, and the object is handed over', async () => {
    const statuses: string[] = [];
    let told = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (told = resolve));
    const cancelled = await ServedProvider.start(client, {
      onStatus: (_, message) => {
        statuses.push(message.en, message.ko);
        told();
      },
    });
    const creation = failureOf(cancelled.create(DEPLOYMENT, 'cancelled', deployment('cancelled', {})));
    await waiting;
    await call<Empty>((done) => cancelled.rpc.cancel(new Empty(), done));
    const failure = await creation;
    expect(failure.error?.code).toBe('Interrupted');
    expect(failure.partly?.getId()).toBe(`${namespace}/cancelled`);
    expect(statuses.join('\n')).not.toContain('canary');
    cancelled.stop();
  });

  it('of an end that something holds up names what holds it', async () => {
    const inputs = { metadata: { name: 'held', namespace, finalizers: ['example.test/hold'] }, data: {} };
    const quick = await ServedProvider.start(client, { readinessTimeoutSeconds: 1 });
    const created = await quick.create('kubernetes:core/v1:ConfigMap', 'held', inputs);
    const failure = await failureOf(quick.delete(created));
    expect(failure.error?.code).toBe('NotReady');
    expect(failure.error?.text.en).toContain('example.test/hold');

    const again = await failureOf(quick.create('kubernetes:core/v1:ConfigMap', 'held', inputs));
    expect(again.error?.text.en).toContain('is not gone after 1 s');
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'held', namespace };
    await client.mergePatch(reference, { metadata: { finalizers: null } });
    await quick.delete(created);
    quick.stop();
  });
});
