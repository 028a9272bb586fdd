import { failedWith } from '../../kubernetes/failures';
import { referenceOf } from '../../kubernetes/objects';
import type { KubernetesObject } from '../../kubernetes/types';
import { createObject, updateObject, type ApplyRequest } from './apply';
import type { Run } from './context';
import { waitUntilGone } from './end';
import { droppedFields, refuseHeldFields } from './held-fields';
import { idOf, isSecretKind } from './objects';
import { sight } from './ownership';
import { previewCreation, previewUpdate } from './preview';
import { awaitReady } from './ready';
import { PartlyDone, asTestbedError, interrupted } from './refusals';
import { redactError, secretWords } from './secrecy';
import { fieldManagerOf, objectOf, stateOf, uidOf } from './state';
import { NO_PROPERTIES, hasUnknown, type Properties } from './wire';

export interface WriteQuestion {
  readonly urn: string;
  readonly inputs: Properties;
  readonly preview: boolean;
  readonly timeoutSeconds: number;
  /** Ends waits, never a write. */
  readonly signal: AbortSignal;
}

export interface Written {
  /** Empty in a preview of a creation. */
  readonly id: string;
  readonly state: Properties;
}

/** Creates the object and waits until it is ready. Throws PartlyDone when it is there but not ready; nothing secret is in any error. */
export async function create(run: Run, question: WriteQuestion): Promise<Written> {
  const { inputs, preview } = question;
  const fieldManager = fieldManagerOf(NO_PROPERTIES);
  return withoutSecrets(inputs, async () => {
    const request = requester(run, question, fieldManager);
    if (preview) return { id: '', state: await previewCreation(run, inputs, fieldManager, request) };
    const wanted = request(objectOf(inputs));
    let made: KubernetesObject;
    try {
      made = await createObject(wanted);
    } catch (error) {
      throw (await madeAllTheSame(wanted, inputs, error)) ?? error;
    }
    return finish(run, question, made, fieldManager);
  });
}

/**
 * After answers that do not say whether the write was done: what to record where it was. Undefined where nothing of ours is there, or the server cannot be
 * asked either; then the next run finds the object by its mark.
 */
async function madeAllTheSame(
  { client, object, mark, fieldManager }: ApplyRequest,
  inputs: Properties,
  error: unknown,
): Promise<PartlyDone | undefined> {
  const failure = failedWith(error);
  if (failure === undefined || (failure.status !== 0 && failure.status < 500)) return undefined;
  const found = await sight(client, referenceOf(object)).catch(() => undefined);
  if (found?.mark.stack !== mark.stack || found.mark.urn !== mark.urn || found.ending) return undefined;
  const live = { ...object, metadata: { ...object.metadata, uid: found.uid } };
  const reason = asTestbedError(redactError(error, secretWords(inputs)));
  return new PartlyDone(idOf(object.metadata), stateOf(live, inputs, fieldManager), inputs, reason);
}

/** Applies new inputs to the object of `state` and waits until it is ready again. Throws as create. */
export async function update(
  run: Run,
  question: WriteQuestion & { readonly state: Properties; readonly oldInputs: Properties },
): Promise<Written> {
  const { inputs, preview, state, oldInputs, signal } = question;
  const fieldManager = fieldManagerOf(state);
  return withoutSecrets(inputs, async () => {
    const request = requester(run, question, fieldManager);
    const dropped = hasUnknown(inputs.value) ? [] : droppedFields(oldInputs.value, inputs.value);
    if (dropped.length > 0) await refuseHeldFields(run.context.client, objectOf(inputs), dropped, fieldManager, signal);
    if (preview) return { id: '', state: await previewUpdate(state, inputs, fieldManager, request) };
    return finish(run, question, await updateObject(request(objectOf(inputs)), uidOf(state)), fieldManager);
  });
}

function requester(
  run: Run,
  question: WriteQuestion,
  fieldManager: string,
): (object: KubernetesObject) => ApplyRequest {
  const { urn, preview, timeoutSeconds, signal } = question;
  const { client, stack } = run.context;
  return (object) => ({
    client,
    object,
    mark: { stack, urn },
    fieldManager,
    dryRun: preview,
    signal,
    waitGone: (uid) => waitUntilGone(client, { reference: referenceOf(object), uid, timeoutSeconds, signal }),
  });
}

async function finish(
  run: Run,
  question: WriteQuestion,
  applied: KubernetesObject,
  fieldManager: string,
): Promise<Written> {
  const { urn, inputs, timeoutSeconds, signal } = question;
  const id = idOf(applied.metadata);
  try {
    const ready = await awaitReady(run, { urn, applied, inputs, timeoutSeconds, signal });
    return { id, state: stateOf(ready, inputs, fieldManager) };
  } catch (error) {
    const reason = signal.aborted ? interrupted(error) : asTestbedError(redactError(error, secretWords(inputs)));
    throw new PartlyDone(id, stateOf(await latest(run, applied), inputs, fieldManager), inputs, reason);
  }
}

/** State tells what was last seen; where the server can't be asked any more that is what was applied. */
async function latest(run: Run, applied: KubernetesObject): Promise<KubernetesObject> {
  if (isSecretKind(applied)) return applied;
  try {
    return (await run.context.client.get(referenceOf(applied))) ?? applied;
  } catch {
    return applied;
  }
}

async function withoutSecrets<T>(inputs: Properties, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PartlyDone ? error : redactError(error, secretWords(inputs));
  }
}
