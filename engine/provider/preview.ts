import { failedWith } from '../../kubernetes/failures';
import { referenceOf } from '../../kubernetes/objects';
import type { KubernetesObject } from '../../kubernetes/types';
import { createObject, isPlaceMissing, updateObject, type ApplyRequest } from './apply';
import type { Run } from './context';
import { sight, withMark } from './ownership';
import { echoedState, objectOf, previewedState, stateOf, uidOf } from './state';
import { hasUnknown, type Properties } from './wire';

type DryApply = (object: KubernetesObject) => ApplyRequest;

/**
 * What creating the object would give, by the server's dry run. Echoes the inputs where the server can't be asked: a value is not known yet, the
 * kind's definition comes later, the credential may not. Throws what admission says.
 */
export async function previewCreation(
  run: Run,
  inputs: Properties,
  fieldManager: string,
  request: DryApply,
): Promise<Properties> {
  const echoed = echoedState(inputs, fieldManager);
  const planned = namespaceName(inputs);
  if (planned !== undefined) run.plannedNamespaces.add(planned);
  if (hasUnknown(inputs.value)) return echoed;
  const object = objectOf(inputs);
  const { namespace } = object.metadata;
  if (namespace === undefined || !run.plannedNamespaces.has(namespace)) {
    const live = await orEcho(() => createdInPlace(request(object)));
    if (live !== undefined) {
      // It is there already and ours: its namespace need not be pretended.
      if (planned !== undefined && live.metadata.resourceVersion !== '1') run.plannedNamespaces.delete(planned);
      return previewedState(live, inputs, fieldManager);
    }
    if (namespace === undefined) return echoed;
  }
  const elsewhere = run.context.previewNamespace;
  if (elsewhere === undefined) return echoed;
  const moved = { ...object, metadata: { ...object.metadata, namespace: elsewhere } };
  const tried = await orEcho(() => dryRunElsewhere(request(moved)));
  if (tried === undefined) return echoed;
  return previewedState({ ...tried, metadata: { ...tried.metadata, namespace } }, inputs, fieldManager);
}

/**
 * Undefined where the server refuses it only because what it replaces still stands there: in a preview nothing is ended first. Whether the new object is valid
 * shows elsewhere.
 */
async function createdInPlace(request: ApplyRequest): Promise<KubernetesObject | undefined> {
  const { client, object, mark, signal } = request;
  try {
    return await createObject(request);
  } catch (error) {
    if (failedWith(error)?.status !== 422) throw error;
    const found = await sight(client, referenceOf(object), signal);
    if (found?.mark.stack !== mark.stack || found.mark.urn !== mark.urn) throw error;
    return undefined;
  }
}

/** What an update would give. */
export async function previewUpdate(
  state: Properties,
  inputs: Properties,
  fieldManager: string,
  request: DryApply,
): Promise<Properties> {
  // An echo that lacks what the server added would make everything that depends on it look changed.
  const echoed = stateOf({ ...state.value, ...inputs.value }, inputs, fieldManager);
  if (hasUnknown(inputs.value)) return echoed;
  const live = await orEcho(() => updateObject(request(objectOf(inputs)), uidOf(state)));
  return live === undefined ? echoed : stateOf(live, inputs, fieldManager);
}

/** In the standing preview namespace an object of that name may be there (the default service account): no matter, it is a dry run. */
async function dryRunElsewhere({
  client,
  object,
  mark,
  fieldManager,
}: ApplyRequest): Promise<KubernetesObject | undefined> {
  try {
    return await client.apply(withMark(object, mark), { fieldManager, dryRun: true, force: true });
  } catch (error) {
    // Few kinds repeat their namespace in other fields, and no longer agree with themselves here.
    const causes = failedWith(error)?.causes ?? [];
    if (causes.length > 0 && causes.every(({ field }) => /(?:^|\.)namespace$/.test(field))) return undefined;
    throw error;
  }
}

/** undefined where the server can't judge: no namespace, no kind, no right to try, or the object needs another that comes with the same run. */
async function orEcho(attempt: () => Promise<KubernetesObject | undefined>): Promise<KubernetesObject | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (isPlaceMissing(error) || isMissingRight(error) || lacksCompany(error)) return undefined;
    throw error;
  }
}

/**
 * What pods are refused for while their account, class or the figures of their quota are not there: a preview makes none of them, and cannot tell whether
 * the run would.
 */
function lacksCompany(error: unknown): boolean {
  const failure = failedWith(error);
  return (
    failure?.status === 403 &&
    /status unknown for quota|error looking up service account |no PriorityClass with name |RuntimeClass "[^"]*" not found/.test(
      failure.message,
    )
  );
}

/** Admission answers 403 too, but only the authorizer speaks of a user who cannot. */
function isMissingRight(error: unknown): boolean {
  const failure = failedWith(error);
  return failure?.status === 403 && /User "[^"]*" cannot \S+ (?:resource|path) /.test(failure.message);
}

function namespaceName(inputs: Properties): string | undefined {
  if (
    inputs.value['kind'] !== 'Namespace' ||
    inputs.value['apiVersion'] !== 'v1' ||
    hasUnknown(inputs.value['metadata'])
  )
    return undefined;
  return referenceOf(objectOf(inputs)).name;
}
