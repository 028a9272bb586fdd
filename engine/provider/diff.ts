import type { JsonObject, JsonValue } from '../../kubernetes/types';
import { TestbedError } from '../../errors';
import { changesBetween, isSame, type Change } from './changes';
import { AUTONAMED } from './check';
import type { Run } from './context';
import { STATE_KEYS, isJsonObject, mapAt, plainObject, wordAt } from './objects';
import { withMark } from './ownership';
import { formatPath, isWithin, parsePath, valueAt, type Path } from './paths';
import { needsReplacement, takesSamePlace } from './replacement';
import { fieldManagerOf, objectOf, uidOf } from './state';
import { parseTypeToken } from './type-token';
import { parseUrn } from './urn';
import { hasUnknown, type Properties } from './wire';

export interface DiffQuestion {
  readonly urn: string;
  /** The old state: the object as last seen, and the keys of STATE_KEYS. */
  readonly state: Properties;
  readonly news: Properties;
  readonly oldInputs: Properties;
  readonly ignoreChanges: readonly string[];
}

export interface DiffAnswer {
  readonly changes: readonly (Change & { readonly written: string; readonly replaces: boolean })[];
  readonly deleteBeforeReplace: boolean;
}

/**
 * What applying `news` would change. Drift needs no comparison of its own here: Read writes what somebody else changed into the
 * old inputs (see read.ts), knowing from the state before what is only the server's way to write a value.
 */
export function diffInputs(question: DiffQuestion): DiffAnswer {
  const { state, news } = question;
  const { group, kind } = parseTypeToken(parseUrn(question.urn).type);
  const olds = oldInputsOf(question);
  const ignored = question.ignoreChanges.map(parsePath);
  const changes = changesBetween(olds, news.value)
    .filter(({ path }) => !ignored.some((prefix) => isWithin(path, prefix)))
    .filter(({ path }) => !isSettled(path, news.value, olds, state.value))
    .map((change) => ({
      ...change,
      written: formatPath(change.path),
      replaces: needsReplacement(group, kind, change.path, state.value),
    }));
  const replaces = changes.some((change) => change.replaces);
  const autonamed = wordAt(news.value, 'metadata', 'annotations', AUTONAMED) === 'true';
  return { changes, deleteBeforeReplace: replaces && !autonamed && takesSamePlace(news.value, state.value) };
}

/**
 * The difference, with the server's last word on a replacement: a new object is made only where a dry run of the change in place is
 * refused, or accepted without effect (a Service stays headless). So a default that is written out, or a toleration that comes, ends no Pod and starts no Job
 * again. Where the server can't be asked (a value is not known yet, a right is missing) the table's word stands.
 */
export async function judgedDiff(run: Run, question: DiffQuestion): Promise<DiffAnswer> {
  const answer = diffInputs(question);
  const immutable = answer.changes.filter(({ replaces }) => replaces);
  if (immutable.length === 0) return answer;
  const tried = await triedInPlace(run, question);
  if (tried === undefined || !immutable.every((change) => takesEffect(change, question, tried))) return answer;
  return { changes: answer.changes.map((change) => ({ ...change, replaces: false })), deleteBeforeReplace: false };
}

/** The object as it would be; undefined where it can't be changed in place. */
async function triedInPlace(run: Run, { urn, state, news }: DiffQuestion): Promise<JsonObject | undefined> {
  const uid = uidOf(state);
  if (uid === undefined || hasUnknown(news.value) || !takesSamePlace(news.value, state.value)) return undefined;
  const object = withMark(objectOf(news), { stack: run.context.stack, urn });
  const body = { ...object, metadata: { ...object.metadata, uid } };
  try {
    return plainObject(await run.context.client.apply(body, { dryRun: true, fieldManager: fieldManagerOf(state) }));
  } catch (error) {
    // Whatever it is: if it stands in the way of the replacement too, that says so.
    if (error instanceof TestbedError) return undefined;
    throw error;
  }
}

function takesEffect({ path, kind }: Change, { news, state }: DiffQuestion, tried: JsonObject): boolean {
  const now = valueAt(tried, path);
  return kind === 'delete' ? !isSame(now, valueAt(state.value, path), path) : has(now, valueAt(news.value, path), path);
}

/** Whether the server's value has all that is wanted; it may have more. */
function has(now: JsonValue | undefined, wanted: JsonValue | undefined, path: Path): boolean {
  if (isJsonObject(wanted) && isJsonObject(now))
    return Object.entries(wanted).every(([key, value]) => has(valueAt(now, [key]), value, [...path, key]));
  if (Array.isArray(wanted) && Array.isArray(now))
    return wanted.length === now.length && wanted.every((value, index) => has(now[index], value, [...path, index]));
  return isSame(now, wanted, path);
}

function oldInputsOf({ oldInputs, state }: DiffQuestion): JsonObject {
  return Object.keys(oldInputs.value).length > 0 ? oldInputs.value : mapAt(state.value, STATE_KEYS.inputs);
}

/** A value that is written in another way than before, but as the server already has it (`1000m` -> `1`), changes nothing. */
function isSettled(path: Change['path'], news: JsonObject, olds: JsonObject, live: JsonObject): boolean {
  const wanted = valueAt(news, path);
  const before = valueAt(olds, path);
  // A field that was not ours would have to become ours: that is a change, even if it has the value already.
  if (wanted === undefined || before === undefined) return false;
  return isSame(wanted, valueAt(live, path), path);
}
