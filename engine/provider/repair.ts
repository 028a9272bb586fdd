import { TestbedError, text } from '../../errors';
import { failedWith } from '../../kubernetes/failures';
import { fieldsAt, listAt, stringAt } from '../../kubernetes/json';
import { referenceOf } from '../../kubernetes/objects';
import type { JsonObject, JsonValue, KubernetesObject, ObjectReference } from '../../kubernetes/types';
import { nameOf } from '../../kubernetes/wording';
import type { RepairItem, Repaired } from '../types';
import { createObject, type ApplyRequest } from './apply';
import { changesBetween } from './changes';
import type { Run } from './context';
import { driftedInputs } from './drift';
import { waitUntilGone } from './end';
import { holds } from './held-fields';
import { isJsonObject, isSecretKind, plainObject, referenceFromId } from './objects';
import { sight, withMark, type Mark } from './ownership';
import { formatPath, valueAt, type Path } from './paths';
import { recordedInputsOf, type ReadAnswer, type ReadQuestion } from './read';
import { asTestbedError } from './refusals';
import { redactError, secretWords } from './secrecy';
import { fieldManagerOf, objectOf, stateOf, uidOf } from './state';
import { parseTypeToken } from './type-token';
import { parseUrn } from './urn';
import type { Properties } from './wire';

/** Which objects of a stack are to be taken back, and whom to tell. */
export interface RepairWish {
  readonly objects: readonly RepairItem[];
  readonly onRepaired: (repaired: Repaired) => void;
}

/** Beside ours only while a list is taken back; its entry is removed again. */
const REPAIR_MANAGER = 'testbed-repair';

/** What is made anew comes in the order of a testbed's own making: nothing stands where its guard does not. */
const STAGES: readonly (readonly string[])[] = [
  ['Namespace'],
  ['ResourceQuota', 'LimitRange'],
  ['NetworkPolicy'],
  ['ServiceAccount'],
];

/** Takes objects back while an engine refreshes its stack: the provider's Read asks here first. */
export interface Repairs {
  /** The object as it was recorded, after it was taken back where that was wished for. Never throws for one object. */
  read(run: Run, question: ReadQuestion): Promise<ReadAnswer>;
}

export function openRepairs({ objects, onRepaired }: RepairWish): Repairs {
  const turns = new Map(
    objects.map(({ urn, gone }) => [urn, { stage: stageOf(urn), gone, over: Promise.withResolvers<void>() }]),
  );
  /** Until everything that has to stand before it was made. */
  const turn = async (stage: number, signal: AbortSignal): Promise<void> => {
    const earlier = [...turns.values()].filter((one) => one.gone && one.stage < stage);
    const aborted = Promise.withResolvers<void>();
    const stop = (): void => aborted.resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([Promise.all(earlier.map(({ over }) => over.promise)), aborted.promise]);
    signal.removeEventListener('abort', stop);
  };
  return {
    async read(run, question) {
      const { urn, state, inputs } = question;
      const own = turns.get(urn);
      // What was not wished for stays recorded as it is: else its drift would be taken for what was provisioned.
      if (own === undefined) return { state, inputs };
      try {
        await turn(own.stage, question.signal);
        const { answer, ...repaired } = await repair(run, question);
        onRepaired({ urn, ...repaired });
        return answer;
      } catch (error) {
        const told = asTestbedError(redactError(error, secretWords(inputs)));
        const outcome = told.code === 'OwnershipConflict' ? 'refused' : 'failed';
        onRepaired({ urn, outcome, managers: [], left: [], reason: told.text });
        return { state, inputs };
      } finally {
        own.over.resolve();
      }
    },
  };
}

function stageOf(urn: string): number {
  const { kind } = parseTypeToken(parseUrn(urn).type);
  const found = STAGES.findIndex((kinds) => kinds.includes(kind));
  return found === -1 ? STAGES.length : found;
}

type Outcome = Omit<Repaired, 'urn'> & { readonly answer: ReadAnswer };

async function repair(run: Run, question: ReadQuestion): Promise<Outcome> {
  const { client } = run.context;
  const { id, state, mark, signal } = question;
  const type = parseTypeToken(parseUrn(question.urn).type);
  const reference = referenceFromId(type.apiVersion, type.kind, id);
  const inputs = recordedInputsOf(question);
  const fieldManager = fieldManagerOf(state);
  const object = objectOf(inputs);
  const uid = uidOf(state);
  const answer = (live: KubernetesObject): ReadAnswer => ({ state: stateOf(live, inputs, fieldManager), inputs });

  const found = await sight(client, reference, signal);
  if (found === undefined || found.ending || found.uid !== uid) {
    const made = await createObject(creation(run, { object, mark, fieldManager, signal }));
    const outcome = found !== undefined && made.metadata.uid === found.uid ? 'restored' : 'created';
    return { outcome, managers: [], left: [], answer: answer(made) };
  }
  if (found.mark.stack !== mark.stack || found.mark.urn !== mark.urn) throw unmarked(reference);
  const held: Held = { run, inputs, state, object, mark, fieldManager, uid };
  if (isSecretKind(type)) {
    const { applied, managers } = await takeFields(held);
    return { outcome: 'restored', managers, left: [], answer: answer(applied) };
  }
  const live = await client.get(reference, signal);
  if (live === undefined) throw wentMeanwhile(reference);
  const paths = driftOf(held, live);
  if (paths.length === 0) return { outcome: 'settled', managers: [], left: [], answer: answer(live) };
  const managers = managersOf(live, paths, fieldManager);
  let { applied } = await takeFields(held);
  const rest = driftOf(held, applied);
  if (rest.length > 0) applied = await takeRest(held, applied, rest);
  return {
    outcome: 'restored',
    managers,
    left: driftOf(held, applied).map(formatPath),
    answer: answer(applied),
  };
}

interface Held {
  readonly run: Run;
  readonly inputs: Properties;
  readonly state: Properties;
  readonly object: KubernetesObject;
  readonly mark: Mark;
  readonly fieldManager: string;
  readonly uid: string | undefined;
}

function driftOf({ inputs, state }: Held, live: KubernetesObject): Path[] {
  const drifted = driftedInputs(inputs.value, state.value, plainObject(live));
  return changesBetween(inputs.value, drifted).map(({ path }) => path);
}

/** Applies what was recorded; by force where somebody else holds fields of it, and only then. The uid goes with it: it is this object or none. */
async function takeFields({ run, object, mark, fieldManager, uid }: Held): Promise<{
  readonly applied: KubernetesObject;
  readonly managers: readonly string[];
}> {
  const { client } = run.context;
  const marked = withMark(object, mark);
  const body = { ...marked, metadata: { ...marked.metadata, ...(uid === undefined ? {} : { uid }) } };
  try {
    return { applied: await client.apply(body, { fieldManager }), managers: [] };
  } catch (error) {
    const conflicts = (failedWith(error)?.causes ?? []).filter(({ reason }) => reason === 'FieldManagerConflict');
    if (conflicts.length === 0) throw error;
    const managers = conflicts.map(({ message }) => /^conflict with "([^"]*)"/.exec(message)?.[1] ?? '?');
    return {
      applied: await client.apply(body, { fieldManager, force: true }),
      managers: [...new Set(managers)].sort(),
    };
  }
}

/**
 * What an apply leaves alone because it is not in what was recorded: a key or an item that somebody added. It is taken out by name, and the
 * trace of that in the server's book is removed, or a later apply of our own would find a stranger there.
 */
async function takeRest(
  { run, inputs, uid }: Held,
  applied: KubernetesObject,
  rest: readonly Path[],
): Promise<KubernetesObject> {
  const { client } = run.context;
  const reference = referenceOf(applied);
  const patch: JsonObject = { metadata: uid === undefined ? {} : { uid } };
  for (const path of rest) {
    const list = path.findIndex((step) => typeof step === 'number');
    const whole = list === -1 ? path : path.slice(0, list);
    put(patch, whole, valueAt(inputs.value, whole) ?? null);
  }
  const patched = await client.mergePatch(reference, patch, { fieldManager: REPAIR_MANAGER });
  const entries = listAt(patched, 'metadata', 'managedFields');
  const others = entries.filter((entry) => stringAt(entry, 'manager') !== REPAIR_MANAGER);
  if (others.length === entries.length) return patched;
  const { resourceVersion } = patched.metadata;
  const book: JsonObject = {
    managedFields: JSON.parse(JSON.stringify(others)) as JsonValue,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return client.mergePatch(reference, { metadata: book }, { fieldManager: REPAIR_MANAGER });
}

function put(into: JsonObject, [step, ...below]: Path, value: JsonValue): void {
  if (step === undefined) return;
  if (below.length === 0) {
    into[step] = value;
    return;
  }
  const child = into[step];
  const map: JsonObject = isJsonObject(child) ? child : {};
  into[step] = map;
  put(map, below, value);
}

/** Who holds one of these fields beside us. */
function managersOf(live: KubernetesObject, paths: readonly Path[], fieldManager: string): string[] {
  const managers = listAt(live, 'metadata', 'managedFields').flatMap((entry) => {
    const manager = stringAt(entry, 'manager');
    if (manager === undefined || (manager === fieldManager && entry['operation'] === 'Apply')) return [];
    const fields = fieldsAt(entry, 'fieldsV1');
    return paths.some((path) => holds(fields, mapsOf(path))) ? [manager] : [];
  });
  return [...new Set(managers)].sort();
}

/** Items of lists are booked by their keys, not by their places: the list as a whole has to do. */
function mapsOf(path: Path): Path {
  const list = path.findIndex((step) => typeof step === 'number');
  return list === -1 ? path : path.slice(0, list);
}

function creation(run: Run, parts: Pick<ApplyRequest, 'object' | 'mark' | 'fieldManager' | 'signal'>): ApplyRequest {
  const { client, readinessTimeoutSeconds: timeoutSeconds } = run.context;
  const { object, signal } = parts;
  return {
    ...parts,
    client,
    dryRun: false,
    waitGone: (uid) => waitUntilGone(client, { reference: referenceOf(object), uid, timeoutSeconds, signal }),
  };
}

function unmarked(reference: ObjectReference): TestbedError {
  const name = nameOf(reference);
  return new TestbedError(
    'OwnershipConflict',
    text(
      `${name.en} bears no mark of this testbed any more; it was left as it is`,
      `${name.ko}에 이 테스트베드의 표식이 더 이상 없어 그대로 두었습니다`,
    ),
  );
}

function wentMeanwhile(reference: ObjectReference): TestbedError {
  const name = nameOf(reference);
  return new TestbedError(
    'NotReady',
    text(
      `${name.en} went away while it was taken back; run the same command again`,
      `${name.ko}이(가) 되돌리는 동안 사라졌습니다. 같은 명령을 다시 실행하세요`,
    ),
  );
}
