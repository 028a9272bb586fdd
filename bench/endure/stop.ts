import { FLOWS, openFlows } from '../faults/flows';
import type { Place } from '../faults/place';
import { stopAt, type StopPoint, type StopVerdict } from '../faults/stop-point';
import { chosen } from './chosen';
import { endControlPlane, onControlPlane } from './control-plane';
import type { Suite, SuiteContext } from './suite';

interface Progress {
  readonly began: string;
  verdicts: StopVerdict[];
  total?: number;
}

/** Most of a trial is waiting for the term of a claim: so many go on beside each other, each with a testbed of its own. */
const LANES = 4;

/** `--only stop [-- --lanes 4] [-- --flows up,update,down] [-- --at up:1] [-- --every 3]`: SIGSTOP of command and engine before every write, another run finishes, SIGCONT: nothing changes any more. */
export const stop: Suite = {
  name: 'stop',
  run: async (context) => {
    const progress = context.progress<Progress>(() => ({ began: new Date().toISOString(), verdicts: [] }));
    const lanes = Number(context.option('lanes') ?? LANES);
    await onControlPlane(
      context.folder,
      async (open, isSpent) => {
        const queue: StopPoint[] = [];
        const done = new Set(progress.verdicts.map(({ point }) => shown(point)));
        let isPlanned = false;
        const lane = async (place: Place, number: number): Promise<void> => {
          const flows = await openFlows(place, `stop-${number}`, false);
          if (!isPlanned) {
            isPlanned = true;
            const wanted = chosen(
              FLOWS.flatMap((flow) => flows.writes[flow].map((_write, index) => ({ flow, k: index + 1 }))),
              context.option,
            );
            progress.total = wanted.length;
            queue.push(...wanted.filter((point) => !done.has(shown(point))));
          }
          for (let point = queue.shift(); point !== undefined; point = isSpent() ? undefined : queue.shift())
            note(await stopAt(point, place, flows), progress, context);
          await flows.end();
        };
        context.say(`the control plane stands; each flow once without a fault, on ${lanes} sites beside each other`);
        const places = await Promise.all(Array.from({ length: lanes }, (_, number) => open(`lane-${number}`)));
        // The first one finds out what there is to do.
        await Promise.all(places.map((place, number) => lane(place, number)));
        return queue.length === 0 ? 'done' : 'more';
      },
      lanes,
    );
    for (const [flow, verdicts] of Object.entries(Object.groupBy(progress.verdicts, ({ point }) => point.flow)))
      context.say(
        `${flow}: ${verdicts.filter(({ missed: lines }) => lines.length === 0).length} of ${verdicts.length} kept`,
      );
    const missed = [
      ...progress.verdicts.flatMap(({ point, write, missed: lines }) =>
        lines.map((line) => `${shown(point)} (${write ?? 'not stopped'}): ${line}`),
      ),
      // A single one may be: a flow has a write more now and then.
      ...(progress.verdicts.every(({ write }) => write === undefined) ? ['nothing was stopped at any point'] : []),
    ];
    return { result: progress, missed };
  },
  end: ({ folder }) => endControlPlane(folder),
};

function note(verdict: StopVerdict, progress: Progress, { say, save }: SuiteContext): void {
  progress.verdicts.push(verdict);
  save(progress);
  const { point, write, ended, missed } = verdict;
  say(
    `${progress.verdicts.length} of ${progress.total ?? '?'}: ${shown(point)}, ${write ?? 'nothing to stop'}; it ended with ${ended?.code ?? '?'} ${ended?.lastLine ?? ''}${missed.map((line) => `\n  NOT KEPT ${line}`).join('')}`,
  );
}

function shown({ flow, k }: StopPoint): string {
  return `before write ${k} of ${flow}`;
}
