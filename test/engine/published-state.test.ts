import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeClaim } from '../../engine/claims/claim';
import type { Claim } from '../../engine/claims/held-claim';
import { stackFilePath } from '../../engine/local-state';
import { forgetOldState, takeUpOldState } from '../../engine/old-state';
import {
  forgetPublished,
  holdState,
  type HeldState,
  publishedContent,
  publishedStacks,
  readPublished,
  stateKey,
} from '../../engine/published-state';
import { emptyState } from '../../engine/state';
import type { DocumentStore } from '../../engine/store/types';
import { memoryStore } from './claims/memory-store';

const STACK = 'tb-published';
const CONTENT = emptyState(STACK, 'AAAA');

let store: DocumentStore;
beforeEach(() => {
  store = memoryStore();
});

function take(on: DocumentStore = store): Promise<Claim> {
  return takeClaim({ store: on, stack: STACK, purpose: 'up' });
}

async function published(): Promise<string | undefined> {
  return (await readPublished({ name: STACK, store }))?.content;
}

/** A holder that is followed while it is stopped. */
async function followed(content: string | undefined): Promise<{ next: Claim; own: HeldState }> {
  if (content !== undefined) await store.write(stateKey(STACK), publishedContent(1, content), 'absent');
  const elsewhere = { host: 'elsewhere', pid: 1 };
  const former = await takeClaim({
    store,
    stack: STACK,
    purpose: 'up',
    process: elsewhere,
    beatMs: 1000,
    termMs: 20,
  });
  const own = await holdState(former, { name: STACK, store });
  const next = await takeClaim({ store, stack: STACK, purpose: 'down', termMs: 20 });
  return { next, own };
}

describe('a published state', () => {
  it('is what was published, byte for byte, and listed, until it is ended', async () => {
    const odd = '{"version":3,"big":12345678901234567890, "unit":"\\u00e9"}';
    const claim = await take();
    const held = await holdState(claim, { name: STACK, store });
    expect(held.content).toBeUndefined();
    await held.publish(CONTENT);
    await held.publish(odd);
    expect(await published()).toBe(odd);
    expect((await readPublished({ name: STACK, store }))?.claim).toBe(claim.number);
    expect(await Array.fromAsync(publishedStacks(store))).toEqual([STACK]);
    await held.end();
    await held.end();
    expect(await readPublished({ name: STACK, store })).toBeUndefined();
    await claim.giveBack();
  });

  it.each(['', '{"version":1,"claim":1,"engine":{"a":1', '{"version":2}', 'null', 'something else}'])(
    'that reads %j is refused by name',
    async (content) => {
      await store.write(stateKey(STACK), Buffer.from(content), 'absent');
      await expect(published()).rejects.toMatchObject({
        code: 'StateUnreadable',
        message: expect.stringContaining(`states/${STACK} in memory`),
      });
    },
  );

  it.each([
    ['a state', CONTENT],
    ['none', undefined],
  ])('of a holder that was followed cannot be published any more, where there was %s', async (_, before) => {
    const { next, own } = await followed(before);
    const held = await holdState(next, { name: STACK, store });
    expect(held.content).toBe(before);
    await expect(own.publish('{"late":true}')).rejects.toMatchObject({ code: 'ClaimLost' });
    await held.publish(CONTENT);
    await held.end();
    // The mark of the end stays, for to whoever saw nothing before an absent document would be the one that it saw.
    await expect(own.publish('{"late":true}')).rejects.toMatchObject({ code: 'ClaimLost' });
    expect(await published()).toBeUndefined();
    expect(await store.read(stateKey(STACK))).toBeDefined();
    expect(next.due).toEqual({ cluster: true, state: false, credential: true });
    await next.giveBack();
  });

  it('is not given to a holder that was followed before it read it', async () => {
    const elsewhere = { host: 'elsewhere', pid: 1 };
    const former = await takeClaim({
      store,
      stack: STACK,
      purpose: 'up',
      process: elsewhere,
      beatMs: 1000,
      termMs: 20,
    });
    const next = await takeClaim({ store, stack: STACK, purpose: 'down', termMs: 20 });
    await (await holdState(next, { name: STACK, store })).publish(CONTENT);
    await expect(holdState(former, { name: STACK, store })).rejects.toMatchObject({ code: 'ClaimLost' });
    await next.giveBack();
  });

  it('of a holder that was followed cannot be ended any more', async () => {
    const { next, own } = await followed(CONTENT);
    await holdState(next, { name: STACK, store });
    await expect(own.end()).rejects.toMatchObject({ code: 'ClaimLost' });
    expect(await published()).toBe(CONTENT);
    await next.giveBack();
  });

  it('is published though the answer to its writing was lost', async () => {
    let lose = false;
    const lossy: DocumentStore = {
      ...store,
      write: async (key, content, expected) => {
        const outcome = await store.write(key, content, expected);
        // The answer is lost, the store asks once more.
        return lose && key === stateKey(STACK) ? store.write(key, content, expected) : outcome;
      },
    };
    const claim = await take(lossy);
    const held = await holdState(claim, { name: STACK, store: lossy });
    lose = true;
    await held.publish(CONTENT);
    await held.publish(`${CONTENT} `);
    expect(await published()).toBe(`${CONTENT} `);
    await claim.giveBack();
  });

  it('is forgotten with its claim', async () => {
    const claim = await take();
    await (await holdState(claim, { name: STACK, store })).publish(CONTENT);
    await forgetPublished(store, STACK);
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
    await expect(claim.verify()).rejects.toMatchObject({ code: 'ClaimLost' });
  });
});

describe('the state that an earlier version left', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'testbed-old-state-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const leave = (ending: string, content: string): void => {
    const file = `${stackFilePath(directory, STACK)}${ending}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const left = (): string[] => readdirSync(dirname(stackFilePath(directory, STACK))).sort();

  it('is published once, and its file put aside', async () => {
    await takeUpOldState(directory, store, STACK);
    leave('', CONTENT);
    await takeUpOldState(directory, store, STACK);
    await takeUpOldState(directory, store, STACK);
    expect(await published()).toBe(CONTENT);
    expect(left()).toEqual([`${STACK}.json.moved`]);
  });

  it('never replaces what is published', async () => {
    await store.write(stateKey(STACK), publishedContent(3, CONTENT), 'absent');
    leave('', emptyState(STACK, 'BBBB'));
    await takeUpOldState(directory, store, STACK);
    expect(await published()).toBe(CONTENT);
    expect(left()).toEqual([`${STACK}.json.moved`]);
  });

  it('is the kept one where a full disk let only a part of the last be written', async () => {
    leave('', CONTENT.slice(0, 40));
    leave('.kept', CONTENT);
    await takeUpOldState(directory, store, STACK);
    expect(await published()).toBe(CONTENT);
  });

  it('is named when it cannot be read, and stays', async () => {
    leave('', CONTENT.slice(0, 40));
    await expect(takeUpOldState(directory, store, STACK)).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining(stackFilePath(directory, STACK)),
    });
    expect(left()).toEqual([`${STACK}.json`]);
    expect(await published()).toBeUndefined();
  });

  it('is forgotten whole', async () => {
    for (const ending of ['', '.bak', '.kept', '.moved']) leave(ending, CONTENT);
    for (const kind of ['history', 'backups'])
      mkdirSync(join(directory, '.pulumi', kind, 'testbed', STACK), { recursive: true });
    forgetOldState(directory, STACK);
    forgetOldState(directory, STACK);
    expect(left()).toEqual([]);
    for (const kind of ['history', 'backups'])
      expect(readdirSync(join(directory, '.pulumi', kind, 'testbed'))).toEqual([]);
  });
});
