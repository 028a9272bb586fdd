import { clusterDown, clusterUp } from '../operations/cluster';
import { down } from '../operations/down';
import { figures, type Figures } from './figures';
import { footprint, type Footprint } from './footprint';
import { onOwnCluster } from './own-cluster';
import { openRealBench, runDeafPod, upAnswering, type RealBench } from './real-bench';

const REAL = { kind: 'real' } as const;
/** Runs of what takes long and varies little. */
const FEW = 3;

export interface RealTestbedFigures {
  /** Milliseconds. */
  readonly rows: Readonly<Record<string, Figures>>;
  readonly empty: Footprint;
  readonly withOne: Footprint;
}

/** Measures testbeds of the preset `startup` on a real node, from `up` to a database that answered a query and from `down` to nothing left. */
export async function measureRealTestbeds(runs: number, say: (line: string) => void): Promise<RealTestbedFigures> {
  return onOwnCluster(
    say,
    async ({ home, surroundings }) => {
      const bench = openRealBench(home, surroundings);
      try {
        return await measure(bench, runs, say);
      } finally {
        await bench.close();
      }
    },
    { nodes: REAL },
  );
}

async function measure(bench: RealBench, runs: number, say: (line: string) => void): Promise<RealTestbedFigures> {
  const { surroundings, directory } = bench;
  await upAnswering(bench, 'startup', 'warm-up');
  await down({ name: 'warm-up' }, surroundings);
  const empty = await footprint(directory);
  const series = new Map<string, number[]>();
  const note = (row: string, ms: number): void => void series.set(row, [...(series.get(row) ?? []), ms]);
  const end = async (name: string): Promise<number> => (await down({ name }, surroundings)).elapsedMs;
  let withOne = empty;
  for (let run = 0; run < runs; run += 1) {
    const { result, answeredMs } = await upAnswering(bench, 'startup', `run-${run}`);
    note('up of startup: applied and recorded', result.appliedMs);
    note('up of startup: ready', result.readyMs);
    note('up of startup: its database answered', answeredMs);
    if (run === 0) withOne = await footprint(directory);
    note('down of startup: nothing left', await end(`run-${run}`));
    say(`testbed ${run + 1} of ${runs}`);
  }
  for (let run = 0; run < FEW; run += 1) {
    const { result } = await upAnswering(bench, 'startup', `deaf-${run}`);
    await runDeafPod(bench, result.testbed.id);
    note('down with a pod that ignores TERM', await end(`deaf-${run}`));
    say(`pod that ignores TERM, ${run + 1} of ${FEW}`);
  }
  for (let run = 0; run < FEW; run += 1) {
    await clusterDown({}, surroundings);
    const began = performance.now();
    await clusterUp({ nodes: REAL }, surroundings);
    note('second start of the cluster: ready', performance.now() - began);
    say(`second start ${run + 1} of ${FEW}`);
  }
  const rows = Object.fromEntries([...series].map(([row, values]) => [row, figures(values)]));
  return { rows, empty, withOne };
}
