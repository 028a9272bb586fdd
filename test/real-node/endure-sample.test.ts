import { expect, it } from 'vitest';
import { cycles, growth, manyAtOnce, type Point } from '../../bench/endurance';
import { openRealBench } from '../../bench/real-bench';
import { onRealNode } from '../support/real-node';

/** A small sample of `npm run endure`: what comes and goes leaves the machine as it was. */
const node = onRealNode();
const TESTBEDS = 3;
const CYCLES = 4;
/** More than chance and caches explain, for so few testbeds. */
const MEMORY_A_TESTBED_MIB = 300;

it(`bears ${TESTBEDS} testbeds with running databases at once, and ${CYCLES} cycles without growth`, async () => {
  const seed = Number(process.env['TESTBED_ENDURE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const say = (line: string): void => void process.stderr.write(`endure: ${line}\n`);
  say(`seed ${seed} (again: TESTBED_ENDURE_SEED=${seed})`);
  const bench = openRealBench(node().home, node().surroundings);
  const points: Point[] = [];
  try {
    const many = await manyAtOnce(bench, TESTBEDS, say);
    const memory = many.map(({ footprint }) => footprint.memoryMiB);
    expect(many.map(({ at }) => at)).toEqual([0, 1, 2, 3]);
    expect((memory.at(-1) ?? 0) - (memory[0] ?? 0)).toBeLessThan(TESTBEDS * MEMORY_A_TESTBED_MIB);
    const plan = { total: CYCLES, done: 0, seed };
    await cycles(bench, plan, (point) => points.push(point), say);
  } finally {
    await bench.close();
  }
  expect(growth(points)).toEqual([]);
}, 600_000);
