import { TestbedError, text } from '../../errors';
import { failedWith } from '../../kubernetes/failures';
import type { JsonObject, KubernetesObject, ObjectReference } from '../../kubernetes/types';
import { nameOf } from '../../kubernetes/wording';
import { isAnotherUid } from './apply';
import type { Run } from './context';
import { driftedInputs, importedInputs } from './drift';
import { STATE_KEYS, isJsonObject, isSecretKind, mapAt, plainObject, referenceFromId } from './objects';
import { withMark, type Mark } from './ownership';
import { fieldManagerOf, objectOf, stateOf, uidOf } from './state';
import { parseTypeToken } from './type-token';
import { parseUrn } from './urn';
import type { Properties } from './wire';

export interface ReadAnswer {
  readonly state: Properties;
  readonly inputs: Properties;
}

export interface ReadQuestion {
  readonly urn: string;
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
  readonly mark: Mark;
  readonly signal: AbortSignal;
}

/**
 * The object as it is now, its drift written into the inputs; undefined when it is gone or another object has its place.
 * Without recorded inputs (import, `.get()`) the inputs are made from the live object. Throws UsageWrong for a Secret that we did not make.
 */
export async function readObject(run: Run, question: ReadQuestion): Promise<ReadAnswer | undefined> {
  const { id, state, mark, signal } = question;
  const type = parseTypeToken(parseUrn(question.urn).type);
  const reference = referenceFromId(type.apiVersion, type.kind, id);
  const recordedInputs = recordedInputsOf(question);
  const fieldManager = fieldManagerOf(state);
  const uid = uidOf(state);

  if (isSecretKind(type)) {
    if (uid === undefined || Object.keys(recordedInputs.value).length === 0) throw unreadableSecret(reference);
    return readSecret(run, { recordedInputs, fieldManager, uid, mark, state });
  }
  const live = await run.context.client.get(reference, signal);
  if (live === undefined || (uid !== undefined && live.metadata.uid !== uid)) return undefined;
  const object = plainObject(live);
  const inputs: Properties =
    Object.keys(recordedInputs.value).length === 0
      ? { value: importedInputs(object), secrets: [] }
      : { value: driftedInputs(recordedInputs.value, state.value, object), secrets: recordedInputs.secrets };
  return { state: stateOf(live, inputs, fieldManager), inputs };
}

/** What was applied; state of the vendor's shape has it too. Empty for what was never applied by us. */
export function recordedInputsOf({ inputs, state }: Pick<ReadQuestion, 'inputs' | 'state'>): Properties {
  return Object.keys(inputs.value).length > 0 ? inputs : inputsInState(state);
}

function inputsInState(state: Properties): Properties {
  const prefix = STATE_KEYS.inputs;
  return {
    value: mapAt(state.value, prefix),
    secrets: state.secrets.flatMap((path) => (path[0] === prefix && path.length > 1 ? [path.slice(1)] : [])),
  };
}

/**
 * A Secret is not read: a dry run of its inputs says whether it is still ours (the uid goes with it) and, by the conflicts, which
 * values somebody else took over. Those are left out of inputs and state, so that they show as a difference.
 */
async function readSecret(
  run: Run,
  question: {
    readonly recordedInputs: Properties;
    readonly fieldManager: string;
    readonly uid: string;
    readonly mark: Mark;
    readonly state: Properties;
  },
): Promise<ReadAnswer | undefined> {
  const { recordedInputs, fieldManager, uid, mark, state } = question;
  const object = objectOf(recordedInputs);
  const marked = withMark(object, mark);
  const body: KubernetesObject = { ...marked, metadata: { ...marked.metadata, uid } };
  try {
    const live = await run.context.client.apply(body, { dryRun: true, fieldManager });
    return { state: stateOf(live, recordedInputs, fieldManager), inputs: recordedInputs };
  } catch (error) {
    const failure = failedWith(error);
    if (isAnotherUid(error) || failure?.status === 404) return undefined;
    const taken = failure?.status === 409 ? failure.causes.flatMap(({ field }) => takenField(field)) : [];
    if (taken.length === 0) throw error;
    const inputs = { value: without(recordedInputs.value, taken), secrets: recordedInputs.secrets };
    return { state: stateOf(without(state.value, taken), inputs, fieldManager), inputs };
  }
}

/** `.data.password` -> ['data', 'password']; keys of data may hold dots themselves. */
function takenField(field: string): (readonly string[])[] {
  const found = /^\.(data|type|immutable|metadata\.labels|metadata\.annotations)(?:\.(.+))?$/s.exec(field);
  if (found === null) return [];
  const [, above = '', key] = found;
  return [[...above.split('.'), ...(key === undefined ? [] : [key])]];
}

function without(value: JsonObject, paths: readonly (readonly string[])[]): JsonObject {
  const copy: JsonObject = { ...value };
  for (const [step = '', ...rest] of paths) {
    const child = copy[step];
    if (rest.length === 0) delete copy[step];
    else if (isJsonObject(child)) copy[step] = without(child, [rest]);
  }
  return copy;
}

function unreadableSecret(reference: ObjectReference): TestbedError {
  const name = nameOf(reference);
  return new TestbedError(
    'UsageWrong',
    text(
      `${name.en} was not made by this stack, and the embedded provider reads no Secret that it did not make`,
      `${name.ko}은(는) 이 스택이 만든 것이 아닙니다. 내장 프로바이더는 직접 만들지 않은 Secret을 읽지 않습니다`,
    ),
    {
      hint: text(
        'make the Secret in the program instead of importing it',
        'Secret을 가져오지 말고 프로그램에서 만드세요',
      ),
    },
  );
}
