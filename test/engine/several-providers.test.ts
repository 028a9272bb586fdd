import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient } from '../../kubernetes/types';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';
import { testSurroundings } from '../support/cluster';
import { listeningPorts } from '../support/listening-ports';
import { openHarness, thrown } from './harness';

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

it('a program with more providers than an operation serves is refused with the number and the way out', async () => {
  const stack = harness.stack();
  const { name } = stack;
  const run = (kind: 'up' | 'preview' | 'down', more: number): ReturnType<typeof harness.run> =>
    harness.run(kind, stack, {}, { program: { module, args: { namespace: name, more } } });
  // Two of the program, `more`, and the default one.
  for (const more of [6, 30]) {
    const error = await thrown(run('preview', more));
    expect([error.code, error.message, error.details]).toEqual([
      'EngineFailed',
      'the program has more than 8 Kubernetes providers',
      [],
    ]);
    expect(error.hint?.en).toBe(
      'the default one counts: give objects their metadata.namespace in place of a provider for each namespace, or divide the program',
    );
  }
  expect((await run('up', 5)).counts).toEqual({ create: 9, read: 1 });
  expect((await run('up', 5)).counts).toEqual({ same: 9, read: 1 });
  expect((await run('up', 0)).counts).toEqual({ same: 4, delete: 5, read: 1 });
  await run('down', 0);
});
