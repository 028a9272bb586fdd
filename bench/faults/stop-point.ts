import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalAll } from './cli';
import { allSecrets, everything, keyOf, related } from './contents';
import { outliving } from './crash-point';
import type { Flow, Flows } from './flows';
import type { Place } from './place';

export interface StopPoint {
  readonly flow: Flow;
  /** The write from 1 before which everything is stopped; it is on its way, and arrives when the processes go on. */
  readonly k: number;
}

export interface StopVerdict {
  readonly point: StopPoint;
  /** undefined: the flow had fewer writes, and nothing was stopped. */
  readonly write: string | undefined;
  /** How the command ended that was stopped and went on. */
  readonly ended?: { readonly code: number | null; readonly lastLine: string };
  readonly missed: readonly string[];
}

/**
 * Stops command and engine with SIGSTOP before a write, lets another run finish the same operation, then lets them go on: what they still do must
 * change nothing, in the cluster or in the site's store.
 */
export async function stopAt(point: StopPoint, place: Place, flows: Flows): Promise<StopVerdict> {
  const argv = await flows.prepare(point.flow);
  const claimed = claimsOf(place);
  place.proxy.begin();
  const stop = place.proxy.stopAt(point.k, 'before');
  const cli = place.start(argv);
  const write = await Promise.race([stop.reached, cli.ended.then(() => undefined)]);
  if (write === undefined) return { point, write, missed: await flows.takeUp(point.flow, []) };
  const family = cli.family();
  signalAll(family, 'SIGSTOP');
  let ended: StopVerdict['ended'];
  let isAwake = false;
  const wake = async (): Promise<void> => {
    isAwake = true;
    stop.release();
    signalAll(family, 'SIGCONT');
    const { code, stderr } = await cli.ended;
    ended = {
      code,
      lastLine:
        stderr
          .trimEnd()
          .split('\n')
          .findLast((line) => /^(?:error|warning):/.test(line)) ?? '',
    };
  };
  const missed = await flows.takeUp(point.flow, await allSecrets(place.admin), async (id) => {
    // A first run that is stopped before it took the name holds an id that nobody else knows: all of it is to end.
    const tried = [...claimsOf(place)].filter((stack) => stack !== id && !claimed.has(stack));
    const before = await trace(place, id, tried);
    await wake();
    const outlived = await outliving(family);
    const after = await trace(place, id, tried);
    return [
      ...outlived.map((pid) => `process ${pid} outlives the command`),
      ...(ended?.code === 0 ? ['the command that was overtaken ends as if all were well'] : []),
      ...[...new Set([...before.keys(), ...after.keys()])]
        .filter((key) => before.get(key) !== after.get(key))
        .map((key) => `${key} changed after the stopped run went on`),
      ...(await leftOf(place, tried)),
    ];
  });
  // The other run failed: nothing may stay stopped.
  if (!isAwake) await wake();
  return { point, write, ...(ended === undefined ? {} : { ended }), missed };
}

/** Every object of the testbed by its version, and every file of the store and of the state by its content, but for those of the ids that were tried. */
async function trace(
  { admin, home }: Place,
  id: string,
  tried: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const objects = related(await everything(admin), id).map((object): [string, string] => [
    keyOf(object),
    `${object.metadata.uid ?? ''} ${object.metadata.resourceVersion ?? ''}`,
  ]);
  const files = filesOf(home).filter((file) => !tried.some((stack) => file.includes(stack)));
  return new Map([
    ...objects,
    ...files.map((file): [string, string] => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  ]);
}

/** What is left of ids under which nothing may stand. */
async function leftOf({ admin, home }: Place, tried: readonly string[]): Promise<readonly string[]> {
  if (tried.length === 0) return [];
  const objects = await everything(admin);
  return tried.flatMap((stack) =>
    [...related(objects, stack).map(keyOf), ...filesOf(home).filter((file) => file.includes(stack))].map(
      (what) => `${what} is left of a run that another one was faster than`,
    ),
  );
}

function filesOf(home: string): readonly string[] {
  return ['store', 'state', 'records', 'keys'].flatMap((name) => {
    const folder = join(home, name);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  });
}

/** Stacks that are or were claimed. */
function claimsOf({ home }: Place): ReadonlySet<string> {
  const folder = join(home, 'store', 'claims');
  return new Set(existsSync(folder) ? readdirSync(folder).map((name) => name.replace(/\.doc$/, '')) : []);
}
