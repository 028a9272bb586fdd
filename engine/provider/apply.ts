import { setTimeout as pause } from 'node:timers/promises';
import { ANNOTATIONS } from '../../components/vocabulary';
import { failedWith } from '../../kubernetes/failures';
import { referenceOf } from '../../kubernetes/objects';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { withoutDefaultedSibling } from './defaulted-sibling';
import { claimSighting, sight, stillEnding, withMark, type Mark } from './ownership';
import { interrupted } from './refusals';

/*
 * How an object is created without ever taking somebody else's: one call, and no moment between looking and writing.
 *
 * Server-side apply has no "only if absent", but it compares metadata.resourceVersion, and "1" is no object's version: the store's
 * first write is already 2. With it an apply creates what is absent and is refused with 409 Conflict for all that is there,
 * whoever manages it; tried on 1.34 for namespaced and cluster-scoped kinds, as a dry run too. A POST would do the same, but records us
 * as a manager with the operation Update, and our own later applies would then conflict with it. So creation is an apply as
 * well, which the audit log shows as verb patch answered with 201.
 *
 * Once we know the uid (from state, or from an object there that bears our mark), an apply carries it: the server refuses it
 * (422 on metadata.uid, 409 when nothing is there) if the object is another one of the same name. That is why an update needs
 * no look at the mark and no Secret is ever read.
 *
 * Never with force: a field that somebody else manages with another value is an error that names manager and path.
 */
const NO_OBJECTS_VERSION = '1';

/** Waits for what is created in the same breath, and for others to finish their writes: 3.1 s in all. */
const PAUSES_MS = [100, 200, 400, 800, 1600];
const LOOKS = 3;

export interface ApplyRequest {
  readonly client: KubernetesClient;
  /** What the inputs say, without a mark. */
  readonly object: KubernetesObject;
  readonly mark: Mark;
  readonly fieldManager: string;
  readonly dryRun: boolean;
  /** Ends waits; a write under way is finished. */
  readonly signal: AbortSignal;
  /** Waits until what is being ended is gone; throws when it was not in time. */
  readonly waitGone: (uid: string) => Promise<void>;
}

/**
 * Creates the object, or takes over the one of this name that bears our mark (after a run whose record was lost) or that the program adopts.
 * Throws OwnershipConflict when it is somebody else's or fields of it are, KubernetesRefused as the server says.
 */
export async function createObject(request: ApplyRequest): Promise<KubernetesObject> {
  const { client, mark, object, dryRun, signal } = request;
  const reference = referenceOf(object);
  const adopts = object.metadata.annotations?.[ANNOTATIONS.adopt] === 'true';
  for (let look = 1; ; look += 1) {
    try {
      return await applyPatiently(request, { resourceVersion: NO_OBJECTS_VERSION });
    } catch (error) {
      if (failedWith(error)?.status !== 409) throw error;
      const found = await sight(client, reference, signal);
      // It went between the two calls: once more.
      if (found === undefined && look < LOOKS) continue;
      if (found === undefined) throw error;
      claimSighting(reference, found, mark, adopts);
      if (!found.ending) return await applyTo(request, found.uid);
      if (dryRun || look >= LOOKS) throw stillEnding(reference);
      await request.waitGone(found.uid);
    }
  }
}

/** Applies to the object of that uid; when it is gone, or another has its name, it is created as by createObject. */
export async function updateObject(request: ApplyRequest, uid: string | undefined): Promise<KubernetesObject> {
  if (uid === undefined) return createObject(request);
  try {
    return await applyTo(request, uid);
  } catch (error) {
    if (!isAnotherUid(error)) throw error;
    return await createObject(request);
  }
}

async function applyTo(request: ApplyRequest, uid: string): Promise<KubernetesObject> {
  try {
    return await applyPatiently(request, { uid });
  } catch (error) {
    const instead = await withoutDefaultedSibling(request, uid, error);
    if (instead === undefined) throw error;
    return instead === 'again' ? await applyPatiently(request, { uid }) : instead;
  }
}

/** Whether the server refused because no object has that uid. */
export function isAnotherUid(error: unknown): boolean {
  const failure = failedWith(error);
  if (failure?.status === 422) return failure.causes.some(({ field }) => field === 'metadata.uid');
  return failure?.status === 409 && /uid mismatch|Precondition failed: UID/i.test(failure.message);
}

/** Whether the namespace or the kind that an object needs is not there (yet). */
export function isPlaceMissing(error: unknown): boolean {
  return failedWith(error)?.status === 404;
}

async function applyPatiently(
  { client, object, mark, fieldManager, dryRun, signal }: ApplyRequest,
  precondition: { readonly uid?: string; readonly resourceVersion?: string },
): Promise<KubernetesObject> {
  const marked = withMark(object, mark);
  const body = { ...marked, metadata: { ...marked.metadata, ...precondition } };
  for (let attempt = 0; ; attempt += 1) {
    // Nobody would record what is made now: the engine has cancelled or is gone.
    if (signal.aborted) throw interrupted(signal.reason);
    try {
      return await client.apply(body, { fieldManager, dryRun, patience: signal });
    } catch (error) {
      const waitMs = PAUSES_MS[attempt];
      const passes = isStale(error) ? precondition.resourceVersion === undefined : !dryRun && comesByItself(error);
      if (waitMs === undefined || !passes) throw error;
      await pause(waitMs, undefined, { signal });
    }
  }
}

/** Whether others wrote the object meanwhile, again and again: nothing was done, and the next try may get through. */
export function isStale(error: unknown): boolean {
  const failure = failedWith(error);
  return failure?.status === 409 && /the object has been modified/.test(failure.message);
}

/**
 * Whether what an object stands on is there a moment later: its namespace or kind, and for pods the account that a controller makes in a new namespace and
 * the figures of a new quota.
 */
function comesByItself(error: unknown): boolean {
  if (isPlaceMissing(error)) return true;
  const failure = failedWith(error);
  return failure?.status === 403 && /status unknown for quota|error looking up service account /.test(failure.message);
}
