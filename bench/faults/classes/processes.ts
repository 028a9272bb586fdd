import { inParallel } from '../../../kubernetes/concurrency';
import type { KubernetesObject } from '../../../kubernetes/types';
import { isTestbedError } from '../../../errors';
import { isRunning, signalAll } from '../cli';
import { allSecrets, everything, keyOf, related } from '../contents';
import { crashAt } from '../crash-point';
import { FLOWS, type Flows } from '../flows';
import type { Place } from '../place';
import { stopAt } from '../stop-point';
import { inTurn, lastWords, under, until, type FaultBench, type FaultClass } from './class';

/** Testbeds at once. */
const MANY = 100;
const AT_ONCE = 8;
/** How the store is made slow: it stands still for so long, and works for so long. */
const STILL_MS = 1000;
const WORKS_MS = 500;

/** What becomes of processes, ours and the control plane's. */
export const PROCESSES: readonly FaultClass[] = [
  {
    id: 'F1',
    fault: 'kill -9 of everything at a write (all of them: the suite `crash`)',
    expected: 'the re-run has the same objects and passwords as without it, no orphan, no claim',
    cause: async (bench) =>
      inTurn(
        Object.fromEntries(
          FLOWS.map((flow) => [
            flow,
            async () => {
              const k = 1 + bench.random(bench.flows.writes[flow].length);
              const side = bench.random(2) === 0 ? 'before' : 'after';
              const { write, missed } = await crashAt({ flow, k, side, victim: 'all' }, bench.place, bench.flows);
              if (missed.length > 0) throw new Error(missed.join('; '));
              return `killed ${side} ${write ?? 'nothing'}`;
            },
          ]),
        ),
      ),
  },
  {
    id: 'F5',
    fault: 'two commands for the same new testbed at once',
    expected: 'one makes it, the other says who is at work or finds it made; one testbed',
    cause: raced,
  },
  {
    id: 'F7',
    fault: 'the API server is killed in the middle and comes back',
    expected: 'outlasted, or told; the re-run finishes',
    cause: async (bench) => {
      const { admin } = bench.place;
      return under(bench, {
        flow: 'up',
        at: {
          write: 1 + bench.random(bench.flows.writes.up.length),
          side: 'before',
          meanwhile: async () => process.kill(await bench.pidOf('kube-apiserver'), 'SIGKILL') && undefined,
        },
        lift: () =>
          until('the API server is back', () =>
            admin.raw('GET', '/readyz').then(
              () => true,
              () => false,
            ),
          ),
        codes: [0, 1],
        // One that has just started knows no roles yet: nobody is told then that a right is missing.
        says: /^error: the cluster went away while |50\d/m,
      });
    },
  },
  {
    id: 'F8',
    fault: `etcd stands still for ${STILL_MS} ms of every ${STILL_MS + WORKS_MS}`,
    expected: 'slower, and done',
    cause: async (bench) => {
      const etcd = await bench.pidOf('etcd');
      let isOver = false;
      const slow = (async () => {
        while (!isOver && isRunning(etcd)) {
          process.kill(etcd, 'SIGSTOP');
          await new Promise((resolve) => setTimeout(resolve, STILL_MS));
          process.kill(etcd, 'SIGCONT');
          await new Promise((resolve) => setTimeout(resolve, WORKS_MS));
        }
      })();
      try {
        return await under(bench, { flow: 'up', lift: () => Promise.resolve(void (isOver = true)), codes: [0] });
      } finally {
        isOver = true;
        await slow;
      }
    },
  },
  {
    id: 'F22',
    fault: 'the holder of a testbed stands still (SIGSTOP), another one takes over, the first goes on',
    expected: 'the other one waits for the term and finishes; what the first still does is refused',
    cause: async ({ place, flows, random }) => {
      const k = 1 + random(flows.writes.update.length);
      const { write, ended, missed } = await stopAt({ flow: 'update', k }, place, flows);
      if (missed.length > 0) throw new Error(missed.join('; '));
      return `stopped before ${write ?? 'nothing'}; it ended with ${String(ended?.code)}, ${ended?.lastLine ?? ''}`;
    },
  },
  {
    id: 'F23',
    fault:
      'the clock of our process is wrong by ten minutes and by a day, both ways (the clock that operations read; no wrong clock of a whole machine)',
    expected: 'the testbed stays as it is',
    cause: wrongClock,
  },
  {
    id: 'F29',
    fault: 'SIGINT, SIGTERM, SIGINT twice',
    expected: 'exit code 130, what is left is said; the re-run finishes',
    cause: (bench) =>
      inTurn({
        SIGINT: () => signalled(bench, ['SIGINT']),
        SIGTERM: () => signalled(bench, ['SIGTERM']),
        twice: () => signalled(bench, ['SIGINT', 'SIGINT']),
      }),
  },
  {
    id: 'F30',
    fault: `${MANY} testbeds at once, one of which is refused`,
    expected: 'all others are made and ended; the one is told',
    cause: many,
  },
];

/** Apart from each other by more than one key press takes. */
const BETWEEN_SIGNALS_MS = 1500;

function signalled(bench: FaultBench, signals: readonly NodeJS.Signals[]): Promise<string> {
  return under(bench, {
    flow: 'up',
    at: {
      write: 4 + bench.random(8),
      side: 'before',
      meanwhile: async (_id, [command = 0]) => {
        for (const signal of signals) {
          signalAll([command], signal);
          await new Promise((resolve) => setTimeout(resolve, BETWEEN_SIGNALS_MS));
        }
      },
    },
    codes: [130],
    says: /interrupt|ended at once/i,
  });
}

async function raced({ place, flows }: FaultBench): Promise<string> {
  const argv = await flows.prepare('up');
  place.proxy.begin();
  const both = await Promise.all([place.start(argv).ended, place.start(argv).ended]);
  const codes = both.map(({ code }) => code ?? -1).toSorted((a, b) => a - b);
  const told = both.filter(({ code }) => code !== 0).map(lastWords);
  const missed = await flows.takeUp('up', await allSecrets(place.admin));
  if (codes[0] !== 0 || told.some((words) => !/running|at work|another|changed meanwhile|is held/i.test(words)))
    throw new Error(`exits ${codes.join(' and ')}: ${told.join(' / ')}`);
  if (missed.length > 0) throw new Error(missed.join('; '));
  return `exits ${codes.join(' and ')}${told.length === 0 ? '' : `: ${told.join(' / ')}`}`;
}

async function wrongClock({ place, flows }: FaultBench): Promise<string> {
  const MINUTE_MS = 60_000;
  await flows.prepare('update');
  const seen: string[] = [];
  for (const minutes of [10, -10, 1440, -1440]) {
    const now = (): Date => new Date(Date.now() + minutes * MINUTE_MS);
    const { outcome } = await place.up(place.spec(flows.name, flows.standing), { now });
    if (outcome !== 'unchanged') throw new Error(`${minutes} minutes: ${outcome}`);
    seen.push(`${minutes} minutes: ${outcome}`);
  }
  return seen.join('; ');
}

/** The namespace of a testbed of this name, as another site would have made it: like one of ours but for the id, so that the cluster's rules let it in. */
async function strangerNamed(name: string, place: Place, { standing }: Flows): Promise<KubernetesObject> {
  const { testbed } = await place.up(place.spec('model', standing));
  const model = await place.admin.get({ apiVersion: 'v1', kind: 'Namespace', name: testbed.id });
  await place.down('model');
  if (model === undefined) throw new Error(`the namespace ${testbed.id} of a testbed that was just made is not there`);
  const { labels = {}, annotations = {} } = model.metadata;
  const id = 'tb-zzzzz9';
  const ofTheOther = (words: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(words).map(([key, value]) => [key, value.replaceAll(testbed.id, id)]));
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: id,
      labels: ofTheOther(labels),
      annotations: { ...ofTheOther(annotations), 'testbed.io/name': name },
    },
  };
}

async function many({ place, flows }: FaultBench): Promise<string> {
  const { admin } = place;
  await flows.end();
  const names = Array.from({ length: MANY }, (_, index) => `many-${index + 1}`);
  const refused = names[MANY / 2] ?? '';
  const stranger = await strangerNamed(refused, place, flows);
  await admin.create(stranger);
  const ids: string[] = [];
  const told: string[] = [];
  await inParallel(AT_ONCE, names, async (name) => {
    try {
      ids.push((await place.up(place.spec(name, flows.standing))).testbed.id);
    } catch (error) {
      if (!isTestbedError(error)) throw error;
      told.push(`${name}: ${error.code}`);
    }
  });
  await inParallel(
    AT_ONCE,
    names.filter((name) => name !== refused),
    async (name) => void (await place.down(name)),
  );
  await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: stranger.metadata.name });
  const now = await everything(admin);
  const left = ids.flatMap((id) => related(now, id)).map(keyOf);
  if (told.join('; ') !== `${refused}: OwnershipConflict` || left.length > 0)
    throw new Error(`${ids.length} made; refused: ${told.join('; ')}; left: ${left.slice(0, 5).join('; ')}`);
  return `${ids.length} made and ended beside each other, ${told.join('; ')}, nothing left`;
}
