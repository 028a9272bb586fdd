import { existsSync, renameSync } from 'node:fs';
import { isTestbedError, reasonOf } from '../errors';
import { takeClaim } from './claims/claim';
import { openDataKeys, KEYS, type DataKeysPlace } from './data-keys';
import { stackFilePath } from './local-state';
import { takeUpOldState } from './old-state';
import { readPublished, stateKey, statePlace } from './published-state';
import { headOf, stateOf, stateUnreadable } from './state';
import { openStateKey } from './state-key';

/** Where documents that cannot be used are kept, for those who want to look at them. */
const ASIDE = 'damaged/';

export interface StatePlace extends DataKeysPlace {
  /** Where earlier versions kept states. */
  readonly stateDirectory: string;
}

/** `whole`: it can be used. `damaged`: it is there and cannot, and why. `missing`: there is none. */
export type StateCondition =
  | { readonly kind: 'whole' | 'missing' }
  | { readonly kind: 'damaged'; readonly why: string; readonly what: 'state' | 'key' };

/** Looks at a stack's state as an operation would use it: its form, its whole content, its data key. Throws what the store throws, and SiteKeyRefused. */
export async function conditionOf(place: StatePlace, stack: string): Promise<StateCondition> {
  const { store } = place;
  try {
    await takeUpOldState(place.stateDirectory, store, stack);
    const content = (await readPublished({ name: stack, store }))?.content;
    if (content === undefined) return { kind: 'missing' };
    stateOf(stack, content, statePlace({ name: stack, store }));
    const { sealedKey } = headOf(stack, content, statePlace({ name: stack, store }));
    const key = await dataKeyOf(place, stack);
    if (!('key' in key)) return { kind: 'damaged', what: 'key', why: key.why };
    if (sealedKey !== undefined) openKey(stack, key.key, sealedKey, statePlace({ name: stack, store }));
    return { kind: 'whole' };
  } catch (error) {
    if (!isTestbedError(error, 'StateUnreadable')) throw error;
    return { kind: 'damaged', what: 'state', why: reasonOf(error) };
  }
}

/**
 * Puts a stack's damaged state away, so that the next `up` begins with none and takes up by its marks what stands. Done as the only one who works on the stack;
 * whole or missing state stays as it is. The document stays as `damaged/states/<stack>-<time>`, and its data key beside it where that is what is damaged. Throws
 * OperationRunning and what `conditionOf` throws.
 */
export async function setDamagedAside(place: StatePlace, stack: string, signal: AbortSignal): Promise<StateCondition> {
  const { store, stateDirectory } = place;
  const claim = await takeClaim({ store, stack, purpose: 'state rebuild', signal });
  try {
    const condition = await conditionOf(place, stack);
    if (condition.kind !== 'damaged') return condition;
    const time = new Date()
      .toISOString()
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 17);
    const old = stackFilePath(stateDirectory, stack);
    for (const file of [old, `${old}.kept`]) if (existsSync(file)) renameSync(file, `${file}.damaged-${time}`);
    await claim.verify();
    await putAway(place, stateKey(stack), `${ASIDE}states/${stack}-${time}`);
    if (condition.what === 'key') await putAway(place, `${KEYS}${stack}`, `${ASIDE}keys/${stack}-${time}`);
    return condition;
  } finally {
    await claim.giveBack();
  }
}

async function putAway({ store }: StatePlace, from: string, to: string): Promise<void> {
  const found = await store.read(from);
  if (found === undefined) return;
  await store.write(to, found.content, 'absent');
  if ((await store.end(from, found.version)) === 'conflict')
    throw stateUnreadable(`${from} in ${store.place}`, new Error('another run wrote it meanwhile'));
}

async function dataKeyOf(
  place: StatePlace,
  stack: string,
): Promise<{ readonly key: string } | { readonly why: string }> {
  try {
    return { key: await openDataKeys(place).forStack(stack) };
  } catch (error) {
    if (!isTestbedError(error, 'StateUnreadable')) throw error;
    return { why: reasonOf(error) };
  }
}

function openKey(stack: string, dataKey: string, ciphertext: string, place: string): void {
  try {
    openStateKey(stack, dataKey, ciphertext);
  } catch (cause) {
    throw stateUnreadable(place, cause);
  }
}
