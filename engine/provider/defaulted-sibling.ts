import { failedWith } from '../../kubernetes/failures';
import { listAt } from '../../kubernetes/json';
import { referenceOf } from '../../kubernetes/objects';
import type { JsonObject, JsonValue, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { holds } from './held-fields';
import { isJsonObject, plainObject } from './objects';
import { withMark, type Mark } from './ownership';
import { formatPath, valueAt } from './paths';

/*
 * Where a field decides which of its siblings may be there, the server fills in those of the default. Nobody manages them, so an apply that decides otherwise leaves them, and the
 * server refuses both together (422); null in an apply is no way out, for the default comes back. So we first note them as ours, which changes no value, and the same
 * apply then takes them out: ending and deciding have to come in one request. Killed in between, the next apply without them gets the default back.
 */
const SIBLINGS = [
  ['spec', 'strategy', 'rollingUpdate'],
  ['spec', 'updateStrategy', 'rollingUpdate'],
] as const;
type Sibling = (typeof SIBLINGS)[number];

/** A status that is written meanwhile makes the note stale. */
const TRIES = 5;

/** The apply that was refused, as ApplyRequest. */
interface RefusedApply {
  readonly client: KubernetesClient;
  readonly object: KubernetesObject;
  readonly mark: Mark;
  readonly fieldManager: string;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/**
 * After a refused apply to the object of that uid: what to do instead. `again`: the same apply may take the field out now. An object: what the apply would give, of a dry run.
 * Undefined where the refusal has another reason, or somebody manages the field.
 */
export async function withoutDefaultedSibling(
  request: RefusedApply,
  uid: string,
  refusal: unknown,
): Promise<'again' | KubernetesObject | undefined> {
  const { client, object, fieldManager, signal } = request;
  const sibling = refusedSibling(object, refusal);
  if (sibling === undefined) return undefined;
  const reference = referenceOf(object);
  for (let tries = 1; ; tries += 1) {
    const live = await client.get(reference, signal);
    if (live?.metadata.uid !== uid) return undefined;
    const noted = notedAsOurs(live, sibling, fieldManager);
    if (noted === undefined) return undefined;
    const { resourceVersion } = live.metadata;
    try {
      if (request.dryRun) {
        const marked = withMark({ ...object, metadata: { ...object.metadata, uid } }, request.mark);
        const patch = withValue(plainObject(marked), sibling, null);
        return await client.mergePatch(reference, patch, { fieldManager, dryRun: true, patience: signal });
      }
      const metadata: JsonObject = { uid, managedFields: noted };
      if (resourceVersion !== undefined) metadata['resourceVersion'] = resourceVersion;
      await client.mergePatch(reference, { metadata }, { fieldManager, patience: signal });
      return 'again';
    } catch (error) {
      if (failedWith(error)?.status !== 409 || tries >= TRIES) throw error;
    }
  }
}

function refusedSibling(object: KubernetesObject, refusal: unknown): Sibling | undefined {
  const failure = failedWith(refusal);
  if (failure?.status !== 422) return undefined;
  const wanted = plainObject(object);
  return SIBLINGS.find(
    (path) =>
      failure.causes.some(({ field }) => field === formatPath([...path])) && valueAt(wanted, [...path]) === undefined,
  );
}

/** The object's managed fields with the sibling among ours; undefined where somebody has it, or we manage nothing. */
function notedAsOurs(live: KubernetesObject, sibling: Sibling, fieldManager: string): JsonValue[] | undefined {
  const value = valueAt(plainObject(live), [...sibling]);
  if (value === undefined) return undefined;
  let isNoted = false;
  const noted: JsonValue[] = [];
  for (const entry of listAt(live, 'metadata', 'managedFields')) {
    const fields = isJsonObject(entry) ? entry['fieldsV1'] : undefined;
    if (!isJsonObject(entry) || !isJsonObject(fields) || holds(fields, [...sibling])) return undefined;
    const { manager, operation, subresource } = entry;
    const isOurs = manager === fieldManager && operation === 'Apply' && subresource === undefined;
    isNoted ||= isOurs;
    const path = sibling.map((step) => `f:${step}`);
    noted.push(isOurs ? { ...entry, fieldsV1: withValue(fields, path, fieldsOf(value)) } : entry);
  }
  return isNoted ? noted : undefined;
}

/** The set of managed fields that stands for a value. */
function fieldsOf(value: JsonValue): JsonObject {
  if (!isJsonObject(value)) return {};
  const below = Object.entries(value).map(([key, child]) => [`f:${key}`, fieldsOf(child)] as const);
  return { '.': {}, ...Object.fromEntries(below) };
}

function withValue(object: JsonObject, [step, ...rest]: readonly string[], value: JsonValue): JsonObject {
  if (step === undefined) return object;
  const child = object[step];
  return {
    ...object,
    [step]: rest.length === 0 ? value : withValue(isJsonObject(child) ? child : {}, rest, value),
  };
}
