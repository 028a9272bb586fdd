import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LABELS } from '../../components/vocabulary';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient } from '../../kubernetes/types';
import { outdatedOn } from '../../operations/images-in-use';
import type { StoredImage } from '../../platform/images';
import { testSurroundings } from '../support/cluster';

const NOW = `sha256:${'a'.repeat(64)}`;
const OLD = `sha256:${'b'.repeat(64)}`;

function image(name: string, digest: string): StoredImage {
  const reference = `localhost/testbed/${name}:1`;
  const times = { created: '2026-01-01T00:00:00Z', storedAt: '2026-01-01T00:00:00Z' };
  return { name, version: '1', reference, digest, size: 1, packages: 0, origin: 'built', ...times };
}

// Pods of the real API server that no node runs: what they name is what is read.
describe('who runs an older image', () => {
  const namespace = `images-${randomBytes(4).toString('hex')}`;
  const id = `tb-${randomBytes(3).toString('hex')}`;
  let client: KubernetesClient;

  beforeAll(async () => {
    client = createClient(testSurroundings().connection);
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const pods = {
      old: `localhost/testbed/postgres@${OLD}`,
      elsewhere: `registry.example/cloud/testbed/postgres:15@${OLD}`,
      present: `localhost/testbed/postgres@${NOW}`,
      unknown: `localhost/testbed/base@${OLD}`,
      tagged: 'localhost/testbed/postgres:15',
    };
    for (const [name, reference] of Object.entries(pods))
      await client.create({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, labels: { [LABELS.testbed]: id } },
        spec: {
          automountServiceAccountToken: false,
          nodeSelector: { none: 'here' },
          containers: [{ name: 'main', image: reference }],
        },
      });
  });

  afterAll(async () => {
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await client.close();
  });

  test('is told by testbed, wherever the image was pulled from', async () => {
    const { signal } = new AbortController();
    const found = await outdatedOn(client, [image('postgres', NOW)], new Map([[id, 'care']]), signal);
    expect(found.filter(({ testbed }) => testbed === 'care')).toEqual([
      { testbed: 'care', pod: 'elsewhere', image: 'postgres', digest: OLD },
      { testbed: 'care', pod: 'old', image: 'postgres', digest: OLD },
    ]);
  });

  test('is told by id where this site has no record', async () => {
    const { signal } = new AbortController();
    const found = await outdatedOn(client, [image('base', NOW)], new Map(), signal);
    expect(found.filter(({ testbed }) => testbed === id)).toEqual([
      { testbed: id, pod: 'unknown', image: 'base', digest: OLD },
    ]);
  });
});
