import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generator } from '../../../bench/endurance';
import { crashAt } from '../../../bench/faults/crash-point';
import { FLOWS, openFlows, type Flows } from '../../../bench/faults/flows';
import { openPlace, type Place } from '../../../bench/faults/place';
import { stopAt } from '../../../bench/faults/stop-point';
import { createEngine } from '../../../engine/engine';
import { testSurroundings } from '../../support/cluster';

// A seeded sample of `npm run endure -- --only crash,stop`: real commands by way of the fault proxy, killed and stopped at writes of chance.
const seed = Number(process.env['TESTBED_ENDURE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const AT_MOST_MS = 600_000;

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
