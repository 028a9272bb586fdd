import { availableParallelism } from 'node:os';
import { downAll } from '../operations/down-many';
import type { ManyItem } from '../operations/many';
import { requireProvisionable } from '../operations/spec-file';
import type { Surroundings } from '../operations/surroundings';
import { upSpec } from '../operations/up';
import { upMany } from '../operations/up-many';
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
  return onOwnCluster(
    say,
    async ({ surroundings }) => {
      const specs = Array.from({ length: testbeds }, (_, at) => specNamed(`many-${at}`));
      // One at a time: one runner has begun so far.
      const warmUp = specNamed('warm-up');
      await upSpec(warmUp, {}, surroundings);
      const alone = await peakOf(async () => {
        const times: number[] = [];
        for (let run = 0; run < ALONE_RUNS; run += 1) times.push((await upSpec(warmUp, {}, surroundings)).appliedMs);
        return times;
      });
      await surroundings.engine?.warm(atOnce);
      const measure = bench({ testbeds, surroundings, say });
      const placed = specs.map((spec) => ({ spec, place: spec.name }));
      const rounds = [
        await measure('up', async () => (await upMany(placed, { atOnce }, surroundings)).testbeds),
        await measure('up, unchanged', async () => (await upMany(placed, { atOnce }, surroundings)).testbeds),
        await measure('down', async () => {
          const ended = await downAll({ names: specs.map(({ name }) => name), all: false, atOnce }, surroundings);
          return 'testbeds' in ended ? ended.testbeds : [];
        }),
      ];
      return { testbeds, atOnce, rounds, unchangedAlone: figures(alone.result), peakAloneMiB: alone.peak.sum };
    },
    { runners: atOnce },
  );
}

const ALONE_RUNS = 8;

interface Bench {
  readonly testbeds: number;
  readonly surroundings: Surroundings;
  readonly say: (line: string) => void;
}

type Item = Pick<ManyItem<never>, 'name' | 'state' | 'elapsedMs' | 'error'>;

function bench({ testbeds, surroundings, say }: Bench) {
  return async (name: string, work: () => Promise<readonly Item[]>): Promise<Round> => {
    const before = await processes(surroundings);
    const began = performance.now();
    const { result: items, peak } = await peakOf(work);
    const peakMiB = peak.sum;
    const wallSecondsATestbed = (performance.now() - began) / 1000 / testbeds;
    const cpu = cpuBetween(before, await processes(surroundings), testbeds);
    const cpuSum = cpu.reduce((sum, [, seconds]) => sum + seconds, 0);
    say(
      `${name}: ${wallSecondsATestbed.toFixed(2)} s a testbed, ${cpuSum.toFixed(2)} CPU-s, peak ${peakMiB.toFixed(0)} MiB`,
    );
    return { name, wallSecondsATestbed, each: figures(items.map(elapsedOf)), cpu, cpuSum, peakMiB };
  };
}

function elapsedOf({ name, state, elapsedMs, error }: Item): number {
  if (state === 'done' && elapsedMs !== undefined) return elapsedMs;
  throw new Error(`${name} is ${state}: ${error?.code ?? ''} ${error?.message.en ?? ''}`);
}

function specNamed(name: string): AdmittedSpec {
  return requireProvisionable(loadSpec({ file: name, text: specText(name) }, { now: new Date() }));
}
