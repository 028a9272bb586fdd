import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient } from '../../kubernetes/types';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';
import { testSurroundings } from '../support/cluster';
import { listeningPorts } from '../support/listening-ports';
import { openHarness } from './harness';

const module = join(packageRoot(), 'test/fixtures/programs/several-providers.cjs');
const harness = openHarness({ runners: 1 });
let admin: KubernetesClient;
beforeAll(() => {
  admin = createClient(testSurroundings().connection);
});
afterAll(() => admin.close());

it('a program with several providers has each of them, with its own namespace, and no port stays open', async () => {
  const before = new Set(listeningPorts(process.pid).map(({ port }) => port));
  const stack = harness.stack();
  const { name } = stack;
  const run = (kind: 'up' | 'preview' | 'drift' | 'down', data: string): ReturnType<typeof harness.run> =>
    harness.run(kind, stack, {}, { program: { module, args: { namespace: name, data } } });
  const dataIn = async (namespace: string, object: string): Promise<unknown> =>
    (await admin.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: object }))?.['data'];

  expect((await run('preview', 'one')).counts).toEqual({ create: 4, read: 1 });
  const made = await run('up', 'one');
  const system = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  expect(made.outputs).toEqual({ system: system?.metadata.uid });
  expect([await dataIn(name, 'in-home'), await dataIn(`${name}-b`, 'in-other')]).toEqual([
    { data: 'one' },
    { data: 'one' },
  ]);
  expect([await dataIn('default', 'in-home'), await dataIn(name, 'in-other')]).toEqual([undefined, undefined]);

  expect((await run('up', 'one')).counts).toEqual({ same: 4, read: 1 });
  expect((await run('up', 'two')).counts).toEqual({ same: 2, update: 2, read: 1 });
  expect([await dataIn(name, 'in-home'), await dataIn(`${name}-b`, 'in-other')]).toEqual([
    { data: 'two' },
    { data: 'two' },
  ]);
  expect((await run('drift', 'two')).changes).toEqual([]);
  await run('down', 'two');
  expect([await dataIn(name, 'in-home'), await dataIn(`${name}-b`, 'in-other')]).toEqual([undefined, undefined]);
  expect(listeningPorts(process.pid).filter(({ port }) => !before.has(port))).toEqual([]);
});
