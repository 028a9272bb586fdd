import { availableParallelism } from 'node:os';
import { createEngine } from '../engine/engine';
import { down } from '../operations/down';
import { inPool, type PoolEnd } from '../operations/in-pool';
import { requireProvisionable } from '../operations/spec-file';
import type { Surroundings } from '../operations/surroundings';
import { upSpec } from '../operations/up';
import { loadSpec, type AdmittedSpec } from '../spec';
import { figures, type Figures } from './figures';
import { specText } from './first-up';
import { onOwnCluster } from './own-cluster';
import { cpuBetween, peakOf, processes } from './process-use';

/** One round over all testbeds. */
export interface Round {
  readonly name: string;
  /** Seconds by the clock, over the number of testbeds. */
  readonly wallSecondsATestbed: number;
  /** Milliseconds of each. */
  readonly each: Figures;
  /** Seconds of processor time a testbed. */
  readonly cpu: readonly (readonly [process: string, cpuSeconds: number])[];
  readonly cpuSum: number;
  /** The most that this process and its CLIs had at one moment. */
  readonly peakMiB: number;
}

export interface ManyFigures {
  readonly testbeds: number;
  readonly atOnce: number;
  readonly rounds: readonly Round[];
  /** Milliseconds; one after the other, by a warm worker. */
  readonly unchangedAlone: Figures;
  /** The most that worker and CLI had with one operation at a time, in MiB. */
  readonly peakAloneMiB: number;
}

/** So many testbeds made and ended by a pool on a cluster of its own, everything on this machine. */
export async function measureMany(
  { testbeds, atOnce = availableParallelism() }: { readonly testbeds: number; readonly atOnce?: number | undefined },
  say: (line: string) => void,
): Promise<ManyFigures> {
  return onOwnCluster(say, async ({ surroundings: alone }) => {
    const engine = createEngine({ runners: atOnce });
    const surroundings: Surroundings = { ...alone, engine };
    try {
      await engine.warm(atOnce);
      const specs = Array.from({ length: testbeds }, (_, at) => specNamed(`many-${at}`));
      const warmUp = specNamed('warm-up');
      await upSpec(warmUp, {}, alone);
      const before = await peakOf(async () => {
        const times: number[] = [];
        for (let run = 0; run < ALONE_RUNS; run += 1) times.push((await upSpec(warmUp, {}, alone)).appliedMs);
        return times;
      });
      const measure = bench({ atOnce, surroundings, say });
      const rounds = [
        await measure('up', specs, async (spec, giveUpPlace) => {
          const { appliedMs } = await upSpec(spec, {}, surroundings);
          giveUpPlace();
          return appliedMs;
        }),
        await measure('up, unchanged', specs, async (spec) => (await upSpec(spec, {}, surroundings)).appliedMs),
        await measure('down', specs, async ({ name }) => (await down({ name }, surroundings)).elapsedMs),
      ];
      return { testbeds, atOnce, rounds, unchangedAlone: figures(before.result), peakAloneMiB: before.peakMiB };
    } finally {
      await engine.close();
    }
  });
}

const ALONE_RUNS = 8;

interface Bench {
  readonly atOnce: number;
  readonly surroundings: Surroundings;
  readonly say: (line: string) => void;
}

function bench({ atOnce, surroundings, say }: Bench) {
  return async (
    name: string,
    specs: readonly AdmittedSpec[],
    work: (spec: AdmittedSpec, giveUpPlace: () => void) => Promise<number>,
  ): Promise<Round> => {
    const before = await processes(surroundings);
    const began = performance.now();
    const { result: ends, peakMiB } = await peakOf(() => inPool(specs, { atOnce, signal: surroundings.signal }, work));
    const wall = (performance.now() - began) / 1000;
    const cpu = cpuBetween(before, await processes(surroundings), specs.length);
    const cpuSum = cpu.reduce((sum, [, seconds]) => sum + seconds, 0);
    const wallSecondsATestbed = wall / specs.length;
    say(
      `${name}: ${wallSecondsATestbed.toFixed(2)} s a testbed, ${cpuSum.toFixed(2)} CPU-s, peak ${peakMiB.toFixed(0)} MiB`,
    );
    return { name, wallSecondsATestbed, each: figures(ends.map(resultOf)), cpu, cpuSum, peakMiB };
  };
}

function resultOf<T, R>(end: PoolEnd<T, R>): R {
  if (end.state === 'done') return end.result;
  throw end.state === 'failed' ? end.error : new Error('it was not begun');
}

function specNamed(name: string): AdmittedSpec {
  return requireProvisionable(loadSpec({ file: name, text: specText(name) }, { now: new Date() }));
}
