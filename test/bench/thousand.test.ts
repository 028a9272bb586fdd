import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeThousand, leftOver, runThousand, type ThousandPoint } from '../../bench/thousand';
import { createEngine } from '../../engine/engine';
import type { Engine } from '../../engine/types';
import { testSurroundings } from '../support/cluster';
import { openTestSite, type TestSite } from '../support/testbeds';

let engine: Engine;
let site: TestSite;
beforeAll(() => {
  engine = createEngine({ runners: 2 });
  site = openTestSite({ engine });
});
afterAll(async () => {
  await site.close();
  await engine.close();
});

const point = (more: Partial<ThousandPoint>): ThousandPoint => ({
  phase: 'create',
  at: 50,
  wallSecondsATestbed: 1,
  cpuSecondsATestbed: 1,
  cpu: [],
  workerMiB: 200,
  worker: 1,
  more: {},
  ...more,
});

describe('a thousand testbeds', () => {
  it('in small: six of an older version are created, upgraded and ended in chunks, and nothing is left', async () => {
    const points: ThousandPoint[] = [];
    const plan = { total: 6, chunk: 3, atOnce: 2 };
    const bench = {
      surroundings: site.surroundings,
      target: site.target,
      processes: () =>
        Promise.resolve(new Map([['worker', { cpuSeconds: process.cpuUsage().user / 1e6, peakMiB: 0 }]])),
      more: () => Promise.resolve({}),
    };
    // As if the run had been killed after the first chunk: the rest is the second process's.
    await runThousand(
      bench,
      { ...plan, total: 3 },
      [point({ phase: 'upgrade', at: 3 }), point({ phase: 'end', at: 3 })],
      (one) => points.push(one),
    );
    await runThousand(bench, plan, [...points], (one) => points.push(one));
    expect(points.map(({ phase, at }) => `${phase} ${at}`)).toEqual([
      'create 3',
      'upgrade 3',
      'create 6',
      'upgrade 6',
      'end 3',
      'end 6',
    ]);
    expect(await leftOver(testSurroundings().connection, site.surroundings, [])).toEqual([]);
  }, 240_000);

  it('are judged by what one costs with many and with few, and by the memory of the worker', () => {
    const kept = [
      point({ at: 50 }),
      point({ at: 100 }),
      point({ at: 1000, cpuSecondsATestbed: 1.29, workerMiB: 219 }),
      point({ phase: 'end', at: 50, cpuSecondsATestbed: 1.29 }),
      point({ phase: 'end', at: 1000 }),
    ];
    expect(judgeThousand(kept)).toEqual([]);
    const missed = [
      point({ at: 50 }),
      point({ at: 100 }),
      point({ at: 1000, cpuSecondsATestbed: 1.4, workerMiB: 230 }),
      point({ phase: 'end', at: 50, cpuSecondsATestbed: 2 }),
      point({ phase: 'end', at: 1000 }),
    ];
    expect(judgeThousand(missed)).toEqual([
      'create: 1.40 CPU-s a testbed with many, 1.00 with few: 1.40 times',
      'end: 2.00 CPU-s a testbed with many, 1.00 with few: 2.00 times',
      'the worker has 230 MiB after 1000, 200 after 100',
    ]);
    expect(judgeThousand([point({ at: 30 }), point({ at: 60 })])).toEqual([
      "the worker's memory was not judged: that takes more than 100 testbeds",
    ]);
    expect(judgeThousand([point({ at: 100 }), point({ at: 1000, worker: 2 })])).toEqual([
      "the worker's memory was not judged: another one took the run up after 100",
    ]);
  });
});
