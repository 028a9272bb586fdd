import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { randomName, type ServedProvider, type Difference, type Kept } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

const namespace = randomName('pv');
const CONFIG_MAP = 'kubernetes:core/v1:ConfigMap';
const NETWORK_POLICY = 'kubernetes:networking.k8s.io/v1:NetworkPolicy';

describe('drift', () => {
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

  /** As the engine looks for drift: read, then compare what is there with what the program wants. */
  const driftOf = async (kept: Kept, news: JsonObject): Promise<Difference> => {
    const read = await provider.read(kept);
    if (read === undefined) throw new Error(`${kept.id} is gone`);
    return provider.diff(read, news);
  };
  const patch = (apiVersion: string, kind: string, name: string, change: JsonObject): Promise<unknown> =>
    client.mergePatch({ apiVersion, kind, name, namespace }, change, { fieldManager: 'somebody' });

  it('of a value shows its path, and what others add beside it does not', async () => {
    const inputs = { metadata: { name: 'config', namespace, labels: { ours: '1' } }, data: { a: '1' } };
    const created = await provider.create(CONFIG_MAP, 'config', inputs);
    await patch('v1', 'ConfigMap', 'config', { metadata: { labels: { theirs: '1' }, annotations: { note: 'x' } } });
    expect(await driftOf(created, inputs)).toMatchObject({ changes: 'NONE' });
    await patch('v1', 'ConfigMap', 'config', { metadata: { labels: { ours: '2' } }, data: { a: '2' } });
    expect(await driftOf(created, inputs)).toMatchObject({
      changes: 'SOME',
      paths: { 'metadata.labels.ours': 'UPDATE', 'data.a': 'UPDATE' },
    });
  });

  it('of a removed value shows it as missing', async () => {
    const inputs = { metadata: { name: 'less', namespace }, data: { a: '1', b: '1' } };
    const created = await provider.create(CONFIG_MAP, 'less', inputs);
    await patch('v1', 'ConfigMap', 'less', { data: { a: null } });
    expect(await driftOf(created, inputs)).toMatchObject({ changes: 'SOME', paths: { 'data.a': 'ADD' } });
  });

  it('of a guard shows what somebody added to it', async () => {
    const inputs = {
      metadata: { name: 'deny', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    };
    const created = await provider.create(NETWORK_POLICY, 'deny', inputs);
    await patch('networking.k8s.io/v1', 'NetworkPolicy', 'deny', { spec: { egress: [{}] } });
    expect(await driftOf(created, inputs)).toMatchObject({ changes: 'SOME', paths: { 'spec.egress': 'DELETE' } });
  });

  it('is not what the server writes in another way or fills in', async () => {
    const inputs = {
      metadata: { name: 'quota', namespace },
      spec: { hard: { 'requests.cpu': '4000m', 'limits.memory': '2048Mi', pods: '030' } },
    };
    const created = await provider.create('kubernetes:core/v1:ResourceQuota', 'quota', inputs);
    expect(await driftOf(created, inputs)).toMatchObject({ changes: 'NONE', paths: {} });
    expect(
      await driftOf(created, { ...inputs, spec: { hard: { ...inputs.spec.hard, 'requests.cpu': '4' } } }),
    ).toMatchObject({
      changes: 'NONE',
    });
  });

  it('under ignoreChanges is left out', async () => {
    const inputs = { metadata: { name: 'ignored', namespace }, data: { a: '1', b: '1' } };
    const created = await provider.create(CONFIG_MAP, 'ignored', inputs);
    const changed = { ...inputs, data: { a: '2', b: '2' } };
    expect(await provider.diff(created, changed, ['data.a'])).toMatchObject({ paths: { 'data.b': 'UPDATE' } });
    expect(await provider.diff(created, changed, ['data'])).toMatchObject({ changes: 'NONE' });
  });

  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
  const anyText = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((words) => !words.includes('\0'));
  const configMap = fc.record({
    kind: fc.constant(CONFIG_MAP),
    fields: fc.record({ data: fc.dictionary(word, anyText, { maxKeys: 4, noNullPrototype: true }) }),
  });
  const port = fc.record(
    {
      port: fc.integer({ min: 1, max: 65_535 }),
      protocol: fc.constantFrom('TCP', 'UDP'),
      targetPort: fc.oneof(
        fc.integer({ min: 1, max: 65_535 }),
        word.filter((name) => /[a-z]/.test(name)),
      ),
      appProtocol: word,
    },
    { requiredKeys: ['port'] },
  );
  const service = fc.record({
    kind: fc.constant('kubernetes:core/v1:Service'),
    fields: fc.record({
      spec: fc.record(
        {
          ports: fc
            .uniqueArray(port, { minLength: 1, maxLength: 3, selector: ({ port: number }) => number })
            .map((ports) => ports.map((entry, index) => ({ ...entry, name: `p${index}` }))),
          selector: fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true }),
          sessionAffinity: fc.constantFrom('None', 'ClientIP'),
          clusterIP: fc.constant('None'),
          publishNotReadyAddresses: fc.boolean(),
        },
        { requiredKeys: ['ports'] },
      ),
    }),
  });

  it('is never there right after a creation, whatever the object holds', async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(configMap, service),
        fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true }),
        async ({ kind, fields }, labels) => {
          number += 1;
          const inputs: JsonObject = { metadata: { name: `generated-${number}`, namespace, labels }, ...fields };
          const created = await provider.create(kind, `generated-${number}`, inputs);
          expect(await provider.diff(created, inputs)).toEqual({
            changes: 'NONE',
            paths: {},
            replaces: [],
            deleteBeforeReplace: false,
          });
          expect(await driftOf(created, inputs)).toMatchObject({ changes: 'NONE' });
          await provider.delete(created);
        },
      ),
      { numRuns: 25 },
    );
  });
});
