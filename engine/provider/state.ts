import { FIELD_MANAGER } from '../../components/vocabulary';
import { TestbedError, text } from '../../errors';
import { isKubernetesObject } from '../../kubernetes/objects';
import type { JsonObject, JsonValue, KubernetesObject } from '../../kubernetes/types';
import { STATE_KEYS, isJsonObject, plainObject, typeOf, wordAt } from './objects';
import type { Path } from './paths';
import { pathsOfSecrets, secretPathsOf, secretWords } from './secrecy';
import { UNKNOWN, type Properties } from './wire';

/**
 * An object's state in the vendor's shape: the live object without managed fields, beside it the inputs, the first apiVersion and the field manager.
 * Every path that is secret in the inputs is secret here, in `__inputs` and wherever the same words stand in the live object.
 */
export function stateOf(live: KubernetesObject | JsonObject, inputs: Properties, fieldManager: string): Properties {
  const object = isKubernetesObject(live) ? plainObject(live) : live;
  const type = typeOf(inputs.value);
  const value: JsonObject = {
    ...object,
    [STATE_KEYS.inputs]: inputs.value,
    [STATE_KEYS.apiVersion]: type.apiVersion,
    [STATE_KEYS.fieldManager]: fieldManager,
  };
  const known = secretPathsOf(type, inputs);
  const secrets: Path[] = [
    ...known,
    ...known.map((path) => [STATE_KEYS.inputs, ...path]),
    ...pathsOfSecrets(object, secretWords(inputs)),
  ];
  return { value, secrets };
}

/** State of a preview that could not ask the server: the inputs stand for the object. */
export function echoedState(inputs: Properties, fieldManager: string): Properties {
  return stateOf(inputs.value, inputs, fieldManager);
}

/** What a dry run makes up for a new object and the real one will have otherwise. */
const MADE_UP = [
  ['metadata', 'uid'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'creationTimestamp'],
  ['spec', 'clusterIP'],
  ['spec', 'clusterIPs'],
] as const;

/** State of a creation that was only tried: what the real one will have otherwise is unknown, unless the inputs say it. */
export function previewedState(live: KubernetesObject, inputs: Properties, fieldManager: string): Properties {
  const { value, secrets } = stateOf(live, inputs, fieldManager);
  const copy: JsonObject = { ...value };
  if (copy['status'] !== undefined) copy['status'] = UNKNOWN;
  for (const [map, field] of MADE_UP) {
    const fields = copy[map];
    if (!isJsonObject(fields) || fields[field] === undefined || wordAt(inputs.value, map, field) !== undefined)
      continue;
    copy[map] = { ...fields, [field]: UNKNOWN };
  }
  return { value: copy, secrets };
}

/** The manager whose fields these are; the vendor's provider uses one of its own for each object, which a later apply has to keep. */
export function fieldManagerOf(state: Properties): string {
  const recorded = wordAt(state.value, STATE_KEYS.fieldManager);
  return recorded !== undefined && /^[\x20-\x7e]{1,128}$/.test(recorded) ? recorded : FIELD_MANAGER;
}

export function uidOf(state: Properties): string | undefined {
  const uid = wordAt(state.value, 'metadata', 'uid');
  return uid === undefined || uid === '' || uid === UNKNOWN ? undefined : uid;
}

/** What of a state identifies its object: enough to update, read or end it. Holds nothing secret. */
export function identityIn({ value }: Properties): Properties {
  const metadata: JsonObject = {};
  for (const field of ['name', 'namespace', 'uid']) {
    const word = wordAt(value, 'metadata', field);
    if (word !== undefined) metadata[field] = word;
  }
  const kept: JsonObject = { metadata };
  for (const key of ['apiVersion', 'kind', STATE_KEYS.apiVersion, STATE_KEYS.fieldManager]) {
    const word = wordAt(value, key);
    if (word !== undefined) kept[key] = word;
  }
  return { value: kept, secrets: [] };
}

/** Inputs as the object to apply; absent values (null) are left out. Throws EngineFailed when name or kind is missing. */
export function objectOf(inputs: Properties): KubernetesObject {
  const object: unknown = withoutNulls(inputs.value);
  if (isKubernetesObject(object)) return object;
  throw new TestbedError(
    'EngineFailed',
    text(
      'the inputs have no apiVersion, kind or metadata.name, so there is nothing to apply',
      '입력에 apiVersion, kind 또는 metadata.name이 없어 적용할 수 없습니다',
    ),
  );
}

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => (child === null ? [] : [[key, withoutNulls(child)]])),
  );
}
