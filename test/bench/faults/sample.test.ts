import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANNOTATIONS, NAMESPACES } from '../../../components/vocabulary';
import { generator } from '../../../bench/endurance';
import { crashAt } from '../../../bench/faults/crash-point';
import { FLOWS, openFlows, type Flows } from '../../../bench/faults/flows';
import { openPlace, type Place } from '../../../bench/faults/place';
import { stopAt } from '../../../bench/faults/stop-point';
import { createEngine } from '../../../engine/engine';
import type { KubernetesObject } from '../../../kubernetes/types';
import { testSurroundings } from '../../support/cluster';

// A seeded sample of `npm run endure -- --only crash,stop`: real commands by way of the fault proxy, killed and stopped at writes of chance.
const seed = Number(process.env['TESTBED_ENDURE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const AT_MOST_MS = 600_000;
const SECOND_ID = 'tb-zzzzzz';

const folder = mkdtempSync(join(tmpdir(), 'testbed-faults-'));
const engine = createEngine({ runners: 1 });
let place: Place;
let flows: Flows;
beforeAll(async () => {
  process.stderr.write(`faults: seed ${seed} (again: TESTBED_ENDURE_SEED=${seed})\n`);
  const { connection, tools } = testSurroundings();
  place = await openPlace({ folder, connection, pulumi: tools['pulumi'] ?? '', engine });
  flows = await openFlows(place, `sample-${seed}`, false);
}, AT_MOST_MS);
afterAll(async () => {
  await flows.end();
  await place[Symbol.asyncDispose]();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}, AT_MOST_MS);

it.each(FLOWS)(
  'kill -9 of everything at a write of %s leaves what the same command takes up to the same end',
  async (flow) => {
    const random = generator(seed + FLOWS.indexOf(flow));
    const point = {
      flow,
      k: 1 + random(flows.writes[flow].length),
      side: random(2) === 0 ? 'before' : 'after',
      victim: 'all',
    } as const;
    expect({ ...(await crashAt(point, place, flows)), write: '' }).toEqual({ point, write: '', missed: [] });
  },
  AT_MOST_MS,
);

it(
  'a command that stood still while another one finished changes nothing any more',
  async () => {
    const point = { flow: 'update', k: 1 + generator(seed)(flows.writes.update.length) } as const;
    const { ended, missed } = await stopAt(point, place, flows);
    expect([missed, ended?.code]).toEqual([[], 1]);
  },
  AT_MOST_MS,
);

// What follows makes the verdicts themselves fail.

it(
  'a value that changed, an object too much, a Secret of an operation and a second testbed are each told',
  async () => {
    await flows.prepare('update');
    const id = await idNow();
    const planted: KubernetesObject[] = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'planted', namespace: id } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: `operation-${id}-999999`, namespace: NAMESPACES.system } },
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: SECOND_ID, annotations: { [ANNOTATIONS.name]: flows.name } },
      },
    ];
    const other = { metadata: { name: 'database-credentials', namespace: id }, data: { password: 'b3RoZXI=' } };
    for (const object of planted) await place.admin.create(object);
    try {
      const missed = await flows.takeUp('update', [{ apiVersion: 'v1', kind: 'Secret', ...other }]);
      expect(missed.toSorted()).toEqual([
        'the Secret value database-credentials/password changed',
        `v1 ConfigMap ID/planted is too much`,
        `v1 Namespace /${SECOND_ID} is a second one of that name`,
        `v1 Secret testbed-system/operation-${id}-999999 is left of an operation`,
      ]);
    } finally {
      for (const { apiVersion, kind, metadata } of planted) await place.admin.delete({ apiVersion, kind, ...metadata });
    }
  },
  AT_MOST_MS,
);

it(
  'what a down leaves is told, also where no proof of emptiness looks',
  async () => {
    await flows.prepare('down');
    const id = await idNow();
    const left = { apiVersion: 'v1', kind: 'ConfigMap', name: 'planted', namespace: 'default' };
    const { name, namespace, ...kind } = left;
    await place.admin.create({ ...kind, metadata: { name, namespace, annotations: { left: `of ${id}` } } });
    try {
      expect(await flows.takeUp('down', [])).toEqual(['v1 ConfigMap default/planted is left']);
    } finally {
      await place.admin.delete(left);
    }
  },
  AT_MOST_MS,
);

it(
  'a stopped command that nobody overtook, and that goes on to its end, is told with all that it changes',
  async () => {
    const nobody: Flows = {
      ...flows,
      takeUp: async (_flow, _interrupted, meanwhile) => (await meanwhile?.(await idNow())) ?? [],
    };
    const { ended, missed } = await stopAt({ flow: 'update', k: flows.writes.update.length }, place, nobody);
    expect([ended?.code, missed[0]]).toEqual([0, 'the command that was overtaken ends as if all were well']);
    expect(missed.filter((line) => line.endsWith('changed after the stopped run went on')).length).toBeGreaterThan(0);
    // As the flows believe it to be.
    expect(await flows.takeUp('update', [])).toEqual([]);
  },
  AT_MOST_MS,
);

/** Of the testbed that the flows work on. */
async function idNow(): Promise<string> {
  for await (const { metadata } of place.admin.list('v1', 'Namespace'))
    if (metadata.annotations?.[ANNOTATIONS.name] === flows.name) return metadata.name;
  throw new Error(`there is no namespace of ${flows.name}`);
}
