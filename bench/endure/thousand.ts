import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../engine/engine';
import { clusterDown, clusterUp } from '../../operations/cluster';
import { sharedUp } from '../../operations/shared';
import { openEmbeddedCluster } from '../../platform/cluster';
import { clusterLayout } from '../../platform/cluster/layout';
import { quietSurroundings } from '../own-cluster';
import { processes } from '../process-use';
import { judgeThousand, leftOver, runThousand, temporaryNames, type ThousandPoint } from '../thousand';
import type { Suite, SuiteContext } from './suite';

interface Progress {
  readonly began: string;
  readonly total: number;
  readonly chunk: number;
  readonly atOnce: number;
  points: ThousandPoint[];
}

/** A simulated node takes 110 pods. */
const TESTBEDS_A_NODE = 50;

/**
 * `--only thousand [-- --testbeds 1000] [-- --chunk 50] [-- --at-once N]`: so many testbeds created by an older version's program, upgraded and ended by a pool on one control plane with
 * simulated nodes; what one costs must not grow with their number, nor the worker's memory, and nothing may be left.
 */
export const thousand: Suite = {
  name: 'thousand',
  run: async (context) => {
    const { option, say, save, folder } = context;
    const progress = context.progress<Progress>(() => ({
      began: new Date().toISOString(),
      total: Number(option('testbeds') ?? 1000),
      chunk: Number(option('chunk') ?? 50),
      atOnce: Number(option('at-once') ?? availableParallelism()),
      points: [],
    }));
    save(progress);
    const home = homeOf(folder);
    mkdirSync(home, { recursive: true });
    const engine = createEngine({ runners: progress.atOnce });
    const surroundings = { ...quietSurroundings(home), engine };
    const temporaryBefore = temporaryNames();
    const directory = join(home, 'clusters', 'embedded');
    try {
      const count = Math.max(3, Math.ceil(progress.total / TESTBEDS_A_NODE));
      await clusterUp({ nodes: { kind: 'simulated', count } }, surroundings);
      await sharedUp({}, surroundings);
      await engine.warm(progress.atOnce);
      const bench = {
        surroundings,
        target: {},
        processes: () => processes(surroundings),
        more: async () => ({
          'apiserver peak MiB': (await processes(surroundings)).get('kube-apiserver')?.peakMiB ?? Number.NaN,
          'etcd MiB': sizeOf(clusterLayout(directory).etcdData) / 1024 / 1024,
          // What else the machine does costs caches: a chunk beside it takes more CPU seconds.
          load: loadavg()[0] ?? Number.NaN,
        }),
      };
      await runThousand(bench, progress, progress.points, (point) => {
        progress.points.push(point);
        save(progress);
        say(shown(point, progress.total));
      });
      const connection = await openEmbeddedCluster({ directory }).connection('admin');
      const left = await leftOver(connection, surroundings, temporaryBefore);
      return { result: { ...progress, left }, missed: [...judgeThousand(progress.points), ...left] };
    } finally {
      await engine.close();
    }
  },
  end: async ({ folder }: SuiteContext) => {
    await clusterDown({ data: true }, quietSurroundings(homeOf(folder)));
  },
};

function homeOf(folder: string): string {
  return join(folder, 'site');
}

function shown(point: ThousandPoint, total: number): string {
  const { phase, at, wallSecondsATestbed, cpuSecondsATestbed, cpu, workerMiB, more } = point;
  const first = cpu.slice(0, 4).map(([name, seconds]) => `${name} ${seconds.toFixed(3)}`);
  const rest = Object.entries(more).map(([name, value]) => `${name} ${value.toFixed(0)}`);
  return `${phase} ${at} of ${total}: ${wallSecondsATestbed.toFixed(2)} s, ${cpuSecondsATestbed.toFixed(2)} CPU-s a testbed (${first.join(', ')}); worker ${workerMiB.toFixed(0)} MiB, ${rest.join(', ')}`;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, entry) =>
      entry.isFile() ? sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0) : sum,
    0,
  );
}
