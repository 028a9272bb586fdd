import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { grown } from '../../bench/endurance';
import { footprint } from '../../bench/footprint';
import { openRealBench, runDeafPod, upAnswering } from '../../bench/real-bench';
import { down } from '../../operations/down';
import { onRealNode } from '../support/real-node';
import { eventually } from '../support/rejection';

/** Bound of a testbed's end with a participant's pod that ignores TERM. */
const LIMIT_MS = 40_000;

const node = onRealNode();

it('ends a testbed in time although a participant’s pod ignores TERM and asked for ten minutes, and leaves the machine as it was', async () => {
  const bench = openRealBench(node().home, node().surroundings);
  try {
    const before = await footprint(bench.directory);
    const name = `deaf-${randomBytes(2).toString('hex')}`;
    const { result } = await upAnswering(bench, 'startup', name);
    await runDeafPod(bench, result.testbed.id);
    expect(grown(before, await footprint(bench.directory)).length).toBeGreaterThan(5);
    const { emptiness, elapsedMs } = await down({ name }, bench.surroundings);
    expect(emptiness.objectsFound).toBe(0);
    expect(elapsedMs).toBeLessThan(LIMIT_MS);
    // The kernel takes back interfaces and control groups in its own time.
    await eventually('the footprint from before', async () => {
      const left = grown(before, await footprint(bench.directory));
      return left.length === 0 ? true : undefined;
    });
  } finally {
    await bench.close();
  }
});
