import { createEngine } from '../engine/engine';
import { downAll } from '../operations/down-many';
import { requireProvisionable } from '../operations/spec-file';
import type { Surroundings } from '../operations/surroundings';
import { upMany } from '../operations/up-many';
import { loadSpec } from '../spec';
import { specText } from './first-up';
import { onOwnCluster } from './own-cluster';
import { CHILDREN, WORKER, cpuBetween, peakOf, processes, type Memory } from './process-use';

/** What so many operations at once needed at most. */
export interface MemoryAtOnce {
  readonly atOnce: number;
  /** By what was done with the testbeds; in MiB. */
  readonly peaks: Readonly<Record<'up' | 'up, unchanged' | 'down', Memory>>;
  /** Of worker and CLIs, for all three, a testbed. */
  readonly cpuSeconds: { readonly worker: number; readonly clis: number };
}

/**
 * Makes, repeats and ends so many testbeds by one worker, first one at a time, then by two, and so on: what each further operation beside the others needs.
 * The worker keeps what it once had, so that the later figures hold for a worker that was as busy as it can be.
 */
export async function measureMemory(
  { testbeds, atMost }: { readonly testbeds: number; readonly atMost: number },
  say: (line: string) => void,
): Promise<readonly MemoryAtOnce[]> {
  return onOwnCluster(say, async ({ surroundings }) => {
    // What made the shared objects would stand beside the runners that are measured.
    await surroundings.engine?.close();
    return await measureMemoryOn(surroundings, { testbeds, atMost }, say);
  });
}

/** The same on a cluster that stands. */
async function measureMemoryOn(
  surroundings: Surroundings,
  { testbeds, atMost }: { readonly testbeds: number; readonly atMost: number },
  say: (line: string) => void,
): Promise<readonly MemoryAtOnce[]> {
  const all: MemoryAtOnce[] = [];
  for (let atOnce = 1; atOnce <= atMost; atOnce += 1) {
    const engine = createEngine({ runners: atOnce });
    try {
      const one = await measureAtOnce(testbeds, atOnce, { ...surroundings, engine });
      const { worker, clis, program, sum } = greatest(one);
      say(
        `${atOnce} at once: ${sum.toFixed(0)} MiB (worker ${worker.toFixed(0)}, CLIs ${clis.toFixed(0)}, their program ${program.toFixed(0)})`,
      );
      all.push(one);
    } finally {
      await engine.close();
    }
  }
  return all;
}

async function measureAtOnce(testbeds: number, atOnce: number, surroundings: Surroundings): Promise<MemoryAtOnce> {
  const names = Array.from({ length: testbeds }, (_, at) => `memory-${atOnce}-${at}`);
  const placed = names.map((name) => ({
    spec: requireProvisionable(loadSpec({ file: name, text: specText(name) }, { now: new Date() })),
    place: name,
  }));
  const before = await processes(surroundings);
  const up = await peakOf(() => upMany(placed, { atOnce }, surroundings));
  const unchanged = await peakOf(() => upMany(placed, { atOnce }, surroundings));
  const down = await peakOf(() => downAll({ names, all: false, atOnce }, surroundings));
  const cpu = new Map(cpuBetween(before, await processes(surroundings), testbeds));
  const ended = 'testbeds' in down.result ? down.result.testbeds : [];
  for (const { name, state, error } of [...up.result.testbeds, ...unchanged.result.testbeds, ...ended])
    if (state !== 'done') throw new Error(`${name} is ${state}: ${error?.code ?? ''} ${error?.message.en ?? ''}`);
  return {
    atOnce,
    peaks: { up: up.peak, 'up, unchanged': unchanged.peak, down: down.peak },
    cpuSeconds: { worker: cpu.get(WORKER) ?? Number.NaN, clis: cpu.get(CHILDREN) ?? Number.NaN },
  };
}

/** The greatest of the three. */
export function greatest({ peaks }: MemoryAtOnce): Memory {
  return Object.values(peaks).reduce((most, peak) => (peak.sum > most.sum ? peak : most));
}
