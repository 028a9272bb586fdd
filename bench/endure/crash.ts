import { openSite } from '../../operations/site';
import { openStoredSite } from '../../operations/stored-site';
import { sweepOperations } from '../../operations/sweep';
import { VICTIMS, crashAt, type CrashPoint, type CrashVerdict } from '../faults/crash-point';
import { allSecrets, isOperation, keyOf } from '../faults/contents';
import { FLOWS, openFlows, type Flows } from '../faults/flows';
import type { Place } from '../faults/place';
import { chosen } from './chosen';
import { endControlPlane, onControlPlane } from './control-plane';
import type { Suite, SuiteContext } from './suite';

interface Progress {
  readonly began: string;
  verdicts: CrashVerdict[];
  /** Points in all, known after the first fault-free course. */
  total?: number;
  /** What was left when everything was ended. */
  left?: readonly string[];
}

/** More writes than a run without faults may come where a run takes up what it finds; beyond this a flow has no such write. */
const MORE_WRITES = 2;

/**
 * `--only crash [-- --victims all,command,engine] [-- --flows up,update,down] [-- --at up:1] [-- --every 3]`: kill -9 at every write of a first `up`, of an update and of a `down`, before the
 * API server has it and after it has done it; each time the same command again, compared with a run without a fault.
 */
export const crash: Suite = {
  name: 'crash',
  run: async (context) => {
    const progress = context.progress<Progress>(() => ({ began: new Date().toISOString(), verdicts: [] }));
    await onControlPlane(context.folder, async (open, isSpent) => go(await open('place'), isSpent, progress, context));
    const killed = progress.verdicts.filter(({ write }) => write !== undefined);
    const missed = [
      ...progress.verdicts.flatMap(({ point, write, missed: lines }) =>
        lines.map((line) => `${shown(point)} (${write ?? 'not killed'}): ${line}`),
      ),
      ...(progress.left ?? []),
      ...(killed.length === 0 ? ['nothing was killed at any point'] : []),
    ];
    for (const [what, count] of Object.entries(keptOf(killed))) context.say(`${what}: ${count}`);
    context.say(
      `${killed.length} kills at ${progress.verdicts.length} points; ${missed.length} lines that did not hold`,
    );
    return { result: { ...progress, killed: killed.length, kept: keptOf(killed) }, missed };
  },
  end: ({ folder }) => endControlPlane(folder),
};

async function go(
  place: Place,
  isSpent: () => boolean,
  progress: Progress,
  { option, say, save }: SuiteContext,
): Promise<'done' | 'more'> {
  say('the control plane stands; each flow once without a fault');
  const flows = await openFlows(place, 'crash', true);
  const wanted = chosen(pointsOf(flows, option('victims')?.split(',') ?? VICTIMS), option);
  progress.total = wanted.length;
  const ofEarlierSites = new Set(await operationSecrets(place));
  const ended = async (): Promise<void> => {
    const left = [...(await flows.end()), ...(await sweptLater(place, ofEarlierSites))];
    progress.left = [...(progress.left ?? []), ...left];
    save(progress);
  };
  const done = new Set(progress.verdicts.map(({ point }) => shown(point)));
  for (const [index, point] of wanted.entries()) {
    if (done.has(shown(point))) continue;
    if (isSpent()) {
      await ended();
      return 'more';
    }
    const began = performance.now();
    const verdict = await crashAt(point, place, flows);
    progress.verdicts.push(verdict);
    save(progress);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(
      `${index + 1} of ${wanted.length}: ${shown(point)}, ${verdict.write ?? 'nothing to kill'}, ${seconds} s${verdict.missed.map((line) => `\n  NOT KEPT ${line}`).join('')}`,
    );
  }
  await ended();
  return 'done';
}

/** By victim and flow: `all/up: 38 of 40 kept`. */
function keptOf(killed: readonly CrashVerdict[]): Readonly<Record<string, string>> {
  const groups = Object.groupBy(killed, ({ point: { victim, flow } }) => `${victim}/${flow}`);
  return Object.fromEntries(
    Object.entries(groups).map(([name, verdicts]) => [
      name,
      `${verdicts.filter(({ missed }) => missed.length === 0).length} of ${verdicts.length} kept`,
    ]),
  );
}

/**
 * What dead operations of this place's site left, and the next `shared up` or `orphans` of that site would not take away. What stood before is another
 * site's, which a site leaves alone for two hours: each place looks after its own before the next one follows it; a killed run's is judged by nobody.
 */
async function sweptLater(place: Place, ofEarlierSites: ReadonlySet<string>): Promise<readonly string[]> {
  await using site = await openStoredSite(openSite(place.surroundings.environment), place.surroundings);
  await sweepOperations(site, place.admin, place.surroundings);
  const left = await operationSecrets(place);
  return left.filter((key) => !ofEarlierSites.has(key)).map((key) => `${key} is left, and not swept`);
}

async function operationSecrets({ admin }: Place): Promise<readonly string[]> {
  return (await allSecrets(admin)).filter(isOperation).map(keyOf);
}

/** Every point; all victims of one write after each other, so that a run that is cut short says something of each. */
export function pointsOf({ writes }: Pick<Flows, 'writes'>, wanted: readonly string[]): readonly CrashPoint[] {
  const victims = VICTIMS.filter((victim) => wanted.includes(victim));
  return FLOWS.flatMap((flow) =>
    Array.from({ length: writes[flow].length + MORE_WRITES }, (_, index) => index + 1).flatMap((k) =>
      victims.flatMap((victim) => (['before', 'after'] as const).map((side) => ({ flow, k, side, victim }))),
    ),
  );
}

function shown({ flow, k, side, victim }: CrashPoint): string {
  return `${victim} at write ${k} of ${flow}, ${side} it`;
}
