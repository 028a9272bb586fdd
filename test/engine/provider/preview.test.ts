import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNKNOWN } from '../../../engine/provider/wire';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { adminClient, failureOf, randomName, ServedProvider } from './support/served-provider';
import { podSpec } from './support/workloads';

const standing = randomName('pv-preview');
const planned = randomName('pv-planned');
const NAMESPACE = 'kubernetes:core/v1:Namespace';
const SERVICE = 'kubernetes:core/v1:Service';
const POD = 'kubernetes:core/v1:Pod';

const service = { metadata: { name: 'a', namespace: planned }, spec: { ports: [{ port: 80 }] } };
const pod = (privileged: boolean): JsonObject => ({
  metadata: { name: 'a', namespace: planned, annotations: { 'pulumi.com/skipAwait': 'true' } },
  spec: podSpec({ securityContext: { privileged } }),
});

describe('a preview', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;

  beforeAll(async () => {
    client = adminClient();
    const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: standing, labels } });
  });
  afterAll(async () => {
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: standing });
    await client.close();
  });
  const serving = async (
    options: { previewNamespace?: string } = { previewNamespace: standing },
  ): Promise<ServedProvider> => {
    provider = await ServedProvider.start(client, options);
    return provider;
  };

  it('creates nothing, and does not pretend to know what only the creation decides', async () => {
    await serving();
    const namespace = await provider.create(NAMESPACE, 'ns', { metadata: { name: planned } }, { preview: true });
    expect(namespace.id).toBe('');
    expect(namespace.state.value['metadata']).toMatchObject({ name: planned, uid: UNKNOWN, resourceVersion: UNKNOWN });
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: planned })).toBeUndefined();
    provider.stop();
  });

  it.each([
    ['once the namespace was previewed', true],
    ['when the namespace is simply not there', false],
  ])('tries objects of a namespace that does not exist yet in the standing one, %s', async (_, announced) => {
    await serving();
    if (announced) await provider.create(NAMESPACE, 'ns', { metadata: { name: planned } }, { preview: true });
    const previewed = await provider.create(SERVICE, 'a', service, { preview: true });
    expect(previewed.state.value['metadata']).toMatchObject({ name: 'a', namespace: planned });
    expect(previewed.state.value['spec']).toMatchObject({ type: 'ClusterIP', clusterIP: UNKNOWN });
    provider.stop();
  });

  it('is refused by what admission would refuse, in the words of the server', async () => {
    await serving();
    await provider.create(NAMESPACE, 'ns', { metadata: { name: planned } }, { preview: true });
    await provider.create(POD, 'a', pod(false), { preview: true });
    const failure = await failureOf(provider.create(POD, 'a', pod(true), { preview: true }));
    expect(failure.error?.code).toBe('KubernetesRefused');
    expect(failure.error?.text.en).toContain('violates PodSecurity "baseline:latest": privileged');
    provider.stop();
  });

  it('is refused for a field that the server does not know', async () => {
    await serving();
    const wrong = { ...service, spec: { ports: [{ port: 80 }], cloudy: true } };
    const failure = await failureOf(provider.create(SERVICE, 'a', wrong, { preview: true }));
    expect(failure.error?.text.en).toContain('.spec.cloudy: field not declared in schema');
    provider.stop();
  });

  it('echoes the inputs where a value is not known yet, the kind comes later or there is no standing namespace', async () => {
    await serving({});
    const unknown = { metadata: { name: 'a', namespace: 'default' }, data: { a: UNKNOWN } };
    const config = await provider.create('kubernetes:core/v1:ConfigMap', 'a', unknown, { preview: true });
    expect(config.state.value).toMatchObject({ ...unknown, kind: 'ConfigMap', __inputs: config.inputs.value });

    const custom = { metadata: { name: 'a', namespace: 'default' }, spec: { size: 1 } };
    const later = await provider.create('kubernetes:later.example.test/v1:Later', 'a', custom, { preview: true });
    expect(later.state.value).toMatchObject(custom);

    const placeless = await provider.create(SERVICE, 'a', service, { preview: true });
    expect(placeless.state.value['spec']).toEqual(service.spec);
    provider.stop();
  });
});
