import { isTestbedError } from '../../errors';
import type { KubernetesObject } from '../../kubernetes/types';
import { TESTBED_ID, ANNOTATIONS } from '../../components/vocabulary';
import { differences, everything, isOperation, keyOf, normalForm, related, secretValues } from './contents';
import type { Place, Wish } from './place';

/** What is interrupted: a first `up`, an `up` that changes fields, adds an object and ends one, and a `down`. */
export const FLOWS = ['up', 'update', 'down'] as const;
export type Flow = (typeof FLOWS)[number];

const FIRST: Wish = { members: ['one@startup.example', 'two@startup.example'], size: 'small' };
const SECOND: Wish = { members: ['two@startup.example', 'three@startup.example'], size: 'medium' };

/** The fault-free course of the flows on one place, and what it leaves. */
export interface Flows {
  /** Of the testbed that is worked on; another one after a trial that left something behind. */
  readonly name: string;
  /** What its spec says where it stands now, or would say first. */
  readonly standing: Wish;
  /** Writes of each flow without a fault. */
  readonly writes: Readonly<Record<Flow, readonly string[]>>;
  /** Brings the site to where the flow begins; the words of the command that is to be interrupted. */
  prepare(flow: Flow): Promise<readonly string[]>;
  /** The same operation again, straight, and what then does not hold; `interrupted` are the Secrets as the interruption left them. */
  takeUp(flow: Flow, interrupted: readonly KubernetesObject[], meanwhile?: Meanwhile): Promise<readonly string[]>;
  /** Ends what stands, at the end of all trials; what is left. */
  end(): Promise<readonly string[]>;
}

/** Done with the id of what was taken up, once that is as it should be and before it is ended; gives what does not hold. */
export type Meanwhile = (id: string) => Promise<readonly string[]>;

/** Runs each flow once without a fault. `isAlone`: nobody else changes the cluster, so that all of it is compared before and after. */
export async function openFlows(place: Place, what: string, isAlone: boolean): Promise<Flows> {
  // A run that was killed may have left its testbed to a cluster that goes on: no name comes again.
  const prefix = `${what}-${Date.now().toString(36)}`;
  let turn = 1;
  let name = `${prefix}-${turn}`;
  let standing: { readonly id: string; readonly wish: Wish } | undefined;
  const snapshot = (): Promise<readonly KubernetesObject[]> => everything(place.admin);
  const before = new Set((await snapshot()).map(keyOf));

  const up = async (wish: Wish): Promise<Awaited<ReturnType<Place['up']>>> => {
    const result = await place.up(place.spec(name, wish));
    standing = { id: result.testbed.id, wish };
    return result;
  };
  /** What of a testbed, or of anything, is there and should not. */
  const leftovers = async (id: string | undefined): Promise<string[]> => {
    const now = await snapshot();
    const own = id === undefined ? [] : related(now, id);
    const added = isAlone ? now.filter((object) => !before.has(keyOf(object))) : [];
    return [...new Set([...own, ...added, ...strangers(now, name, undefined)])].map(
      (object) => `${keyOf(object)} is left`,
    );
  };
  /** Each is told once. Of a first run that died before its record was written nobody knows the id: its Secret is swept by the next `shared up` or `orphans`. */
  const leftOfOperations = (objects: readonly KubernetesObject[], id: string): string[] => {
    const left = objects.filter((object) => isOperation(object) && !before.has(keyOf(object)));
    for (const object of left) before.add(keyOf(object));
    return left
      .filter(({ metadata }) => metadata.name.includes(id))
      .map((object) => `${keyOf(object)} is left of an operation`);
  };
  const end = async (): Promise<readonly string[]> => {
    if (standing === undefined) return leftovers(undefined);
    const { id } = standing;
    await place.down(name);
    standing = undefined;
    return leftovers(id);
  };
  const prepare = async (flow: Flow): Promise<readonly string[]> => {
    if (flow === 'up' && standing !== undefined) await end();
    else if (flow === 'up') return ['up', '-f', place.spec(name, FIRST)];
    else if (standing?.wish !== FIRST) await up(FIRST);
    if (flow === 'down') return ['down', name, '--yes'];
    return ['up', '-f', place.spec(name, flow === 'up' ? FIRST : SECOND)];
  };
  const faultFree = async (flow: Flow): Promise<readonly string[]> => {
    const argv = await prepare(flow);
    place.proxy.begin();
    const { code, stderr } = await place.start(argv).ended;
    if (code !== 0) throw new Error(`without a fault, ${argv.join(' ')} ends with ${code}: ${stderr}`);
    return [...place.proxy.writes];
  };

  const firstUp = await faultFree('up');
  const first = normalForm(await snapshot(), { id: (await up(FIRST)).testbed.id, name });
  const update = await faultFree('update');
  const second = normalForm(await snapshot(), { id: (await up(SECOND)).testbed.id, name });
  const down = await faultFree('down');
  standing = undefined;
  const left = await leftovers(undefined);
  if (left.length > 0) throw new Error(`without a fault: ${left.join('; ')}`);

  return {
    get name() {
      return name;
    },
    get standing() {
      return standing?.wish ?? FIRST;
    },
    writes: { up: firstUp, update, down },
    prepare,
    takeUp: async (flow, interrupted, meanwhile = async () => []) => {
      try {
        if (flow === 'down') {
          const id = standing?.id;
          try {
            await place.down(name);
          } catch (error) {
            // It had ended already; that nothing is left is looked at.
            if (!isTestbedError(error, 'TestbedUnknown')) throw error;
          }
          standing = undefined;
          return [...(await leftovers(id)), ...(id === undefined ? [] : await meanwhile(id))];
        }
        const { testbed } = await up(flow === 'up' ? FIRST : SECOND);
        const [now, again] = [await snapshot(), await up(flow === 'up' ? FIRST : SECOND)];
        const missed = [
          ...differences(flow === 'up' ? first : second, normalForm(now, { id: testbed.id, name })),
          ...changedSecrets(secretValues(interrupted, testbed.id), secretValues(now, testbed.id)),
          ...strangers(now, name, testbed.id).map((object) => `${keyOf(object)} is a second one of that name`),
          ...leftOfOperations(now, testbed.id),
          ...(again.outcome === 'unchanged' ? [] : [`a second re-run says ${again.outcome}`]),
        ];
        missed.push(...(await meanwhile(testbed.id)));
        return flow === 'up' ? [...missed, ...(await end())] : missed;
      } catch (error) {
        const told = isTestbedError(error) ? `${error.code}: ${error.message}` : String(error);
        await place.down(name).catch(() => undefined);
        [name, standing] = [`${prefix}-${(turn += 1)}`, undefined];
        return [`the re-run fails: ${told}`];
      }
    },
    end,
  };
}

/** Namespaces of the same testbed's name under another id. */
function strangers(
  objects: readonly KubernetesObject[],
  name: string,
  id: string | undefined,
): readonly KubernetesObject[] {
  return objects.filter(
    ({ kind, metadata }) =>
      kind === 'Namespace' &&
      TESTBED_ID.test(metadata.name) &&
      metadata.name !== id &&
      metadata.annotations?.[ANNOTATIONS.name] === name,
  );
}

/**
 * A password that somebody may have read already stays. A certificate comes anew with a lost state, by design (its key is never read back); then all
 * who are to trust it are told the same one.
 */
function changedSecrets(published: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly string[] {
  const roots = new Set([...now].filter(([key]) => /\/(?:ca\.crt|sslrootcert)$/.test(key)).map(([, value]) => value));
  return [
    ...[...published].flatMap(([key, value]) =>
      now.get(key) === value || Buffer.from(value, 'base64').toString().startsWith('-----BEGIN ')
        ? []
        : [`the Secret value ${key} changed`],
    ),
    ...(roots.size > 1 ? [`${roots.size} different root certificates are told`] : []),
  ];
}
