import type { Engine } from '../../../engine/types';
import type { JsonObject, KubernetesObject, ObjectReference } from '../../../kubernetes/types';
import type { Ended } from '../cli';
import { allSecrets } from '../contents';
import type { FaultRule } from '../fault';
import type { Flow, Flows } from '../flows';
import type { Place } from '../place';
import type { Side } from '../proxy';

/** What a trial works with. */
export interface FaultBench {
  readonly place: Place;
  readonly flows: Flows;
  readonly engine: Engine;
  /** Decides which write, where any would do; whole numbers from 0 to `below`. */
  readonly random: (below: number) => number;
  /** Number of a process of the control plane, such as `kube-apiserver`. */
  pidOf(component: string): Promise<number>;
}

/** One of the ways in which what is below us goes wrong. */
export interface FaultClass {
  /** `F1` */
  readonly id: string;
  readonly fault: string;
  readonly expected: string;
  /** Causes it; resolves with what was seen, throws where that is not what is expected. */
  readonly cause?: (bench: FaultBench) => Promise<string>;
  /** Tests that cause it: file below test/, and how their titles begin, with all of their describes. */
  readonly tests?: readonly { readonly file: string; readonly title: string }[];
}

/** The first write of a testbed's own. */
export const FIRST_OBJECT = /^PATCH .*\/namespaces\/tb-/;

/** The course of one command under a fault. */
export interface Course {
  readonly flow: Flow;
  readonly rules?: readonly FaultRule[];
  /** Stops there, does this, lets it go on; `id` is the testbed's, where the write names it. */
  readonly at?: {
    readonly write: number | RegExp;
    readonly side: Side;
    readonly meanwhile: (id: string, pids: readonly number[]) => Promise<void>;
  };
  /** Takes the fault away, after the command ended. */
  readonly lift?: (id: string) => Promise<void>;
  readonly codes: readonly (number | null)[];
  /** What its last error or warning must be like, unless it ended with 0. */
  readonly says?: RegExp;
}

/** Runs the real command into the fault, takes that away, runs the same again and compares with a course without a fault. */
export async function under({ place, flows, random }: FaultBench, course: Course): Promise<string> {
  const argv = await flows.prepare(course.flow);
  place.proxy.begin(course.rules ?? [], random(2 ** 31));
  const stop = course.at === undefined ? undefined : place.proxy.stopAt(course.at.write, course.at.side);
  const cli = place.start(argv);
  let id = '';
  const problems: string[] = [];
  try {
    const write = await Promise.race([stop?.reached, cli.ended.then(() => undefined)]);
    if (stop !== undefined && write === undefined) throw new Error('the command ended before it was stopped');
    id = /tb-[a-z0-9]{6}/.exec(write ?? '')?.[0] ?? '';
    await course.at?.meanwhile(id, cli.family());
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  stop?.release();
  const ended = await cli.ended;
  await course.lift?.(id);
  place.proxy.begin();
  const words = lastWords(ended);
  if (!course.codes.includes(ended.code)) problems.push(`it ended with ${String(ended.code)}: ${words}`);
  if (ended.code !== 0 && course.says !== undefined && !course.says.test(ended.stderr))
    problems.push(`it said: ${words}`);
  if (/^\s+at .*:\d+:\d+\)?$/m.test(ended.stderr)) problems.push(`it showed a stack: ${ended.stderr}`);
  // In every case: the next trial begins where this one ends.
  problems.push(...(await flows.takeUp(course.flow, await allSecrets(place.admin))));
  if (problems.length > 0) throw new Error(problems.join('; '));
  return `exit ${String(ended.code)}${ended.code === 0 ? '' : `, ${words}`}`;
}

/** An object to make, from how it is referred to. */
export function objectOf(
  { apiVersion, kind, name, namespace }: ObjectReference,
  fields: JsonObject,
  metadata: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
    ...fields,
  };
}

/** One way after the other, each with what was seen. */
export async function inTurn(ways: Readonly<Record<string, () => Promise<string>>>): Promise<string> {
  const seen: string[] = [];
  for (const [way, work] of Object.entries(ways))
    try {
      seen.push(`${way}: ${await work()}`);
    } catch (error) {
      throw new Error(`${way}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  return seen.join('; ');
}

/** Asks until it is so, at most half a minute. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const WITHIN_MS = 30_000;
  const AGAIN_MS = 200;
  const end = performance.now() + WITHIN_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${WITHIN_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

export function lastWords({ stderr }: Ended): string {
  const lines = stderr.trimEnd().split('\n');
  return lines.findLast((line) => line.startsWith('error:')) ?? lines.at(-1) ?? '';
}
