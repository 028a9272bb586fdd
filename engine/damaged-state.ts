import { existsSync, renameSync } from 'node:fs';
import { isTestbedError, reasonOf } from '../errors';
import { takeClaim } from './claims/claim';
import { openDataKeys, KEYS, type DataKeysPlace } from './data-keys';
import { stackFilePath } from './local-state';
import { takeUpOldState } from './old-state';
import { readPublished, stateKey, statePlace } from './published-state';
import { stateOf, stateUnreadable } from './state';
import { openStateKey } from './state-key';

/** Where documents that cannot be used are kept, for those who want to look at them. */
const ASIDE = 'damaged/';

export interface StatePlace extends DataKeysPlace {
  /** Where earlier versions kept states. */
  readonly stateDirectory: string;
}

/**
 * `whole`: it can be used. `damaged`: it is there and cannot, and why. `missing`: there is none. Where its data key is lost as well, so are the passwords that come
 * from it: whoever makes the state anew must renew them.
 */
export type StateCondition =
  | { readonly kind: 'whole' }
  | { readonly kind: 'missing'; readonly keyLost: boolean }
  | { readonly kind: 'damaged'; readonly keyLost: boolean; readonly why: string };

/** Looks at a stack's state as an operation would use it: its form, its whole content, its data key. Throws what the store throws, and SiteKeyRefused. */
export async function conditionOf(place: StatePlace, stack: string): Promise<StateCondition> {
  const { store } = place;
  const key = await dataKeyOf(place, stack);
  const keyLost = key.kind !== 'there';
  try {
    await takeUpOldState(place.stateDirectory, store, stack);
    const content = (await readPublished({ name: stack, store }))?.content;
    if (content === undefined) return { kind: 'missing', keyLost };
    const where = statePlace({ name: stack, store });
    const { sealedKey } = stateOf(stack, content, where);
    if (key.kind !== 'there') return { kind: 'damaged', keyLost, why: key.why };
    const why = sealedKey === undefined ? undefined : whyNotOpened(stack, key.key, sealedKey, where);
    return why === undefined ? { kind: 'whole' } : { kind: 'damaged', keyLost: true, why };
  } catch (error) {
    if (!isTestbedError(error, 'StateUnreadable')) throw error;
    return { kind: 'damaged', keyLost, why: reasonOf(error) };
  }
}

/**
 * Puts a stack's damaged state away, so that the next `up` begins with none and takes up by its marks what stands. Done as the only one who works on the stack;
 * whole or missing state stays as it is. The document stays as `damaged/states/<stack>-<time>`, and its data key beside it where that is damaged; `beforeNewKey` is done
 * before that where the key is lost. Throws
 * OperationRunning and what `conditionOf` throws.
 */
export async function setDamagedAside(
  place: StatePlace,
  stack: string,
  beforeNewKey: () => Promise<void>,
  signal: AbortSignal,
): Promise<StateCondition> {
  const { store, stateDirectory } = place;
  const claim = await takeClaim({ store, stack, purpose: 'state rebuild', signal });
  try {
    const condition = await conditionOf(place, stack);
    if (condition.kind === 'whole') return condition;
    if (condition.keyLost) await beforeNewKey();
    if (condition.kind === 'missing') return condition;
    const time = new Date()
      .toISOString()
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 17);
    const old = stackFilePath(stateDirectory, stack);
    for (const file of [old, `${old}.kept`]) if (existsSync(file)) renameSync(file, `${file}.damaged-${time}`);
    await claim.verify();
    await putAway(place, stateKey(stack), `${ASIDE}states/${stack}-${time}`);
    if (condition.keyLost && (await dataKeyOf(place, stack)).kind === 'damaged')
      await putAway(place, `${KEYS}${stack}`, `${ASIDE}keys/${stack}-${time}`);
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

type FoundKey =
  | { readonly kind: 'there'; readonly key: string }
  | { readonly kind: 'missing' | 'damaged'; readonly why: string };

async function dataKeyOf(place: StatePlace, stack: string): Promise<FoundKey> {
  try {
    const key = await openDataKeys(place).ofStack(stack);
    const why = `there is no ${KEYS}${stack} in ${place.store.place}`;
    return key === undefined ? { kind: 'missing', why } : { kind: 'there', key };
  } catch (error) {
    if (!isTestbedError(error, 'StateUnreadable')) throw error;
    return { kind: 'damaged', why: reasonOf(error) };
  }
}

function whyNotOpened(stack: string, dataKey: string, ciphertext: string, place: string): string | undefined {
  try {
    openStateKey(stack, dataKey, ciphertext);
    return undefined;
  } catch (cause) {
    return reasonOf(stateUnreadable(place, cause));
  }
}
