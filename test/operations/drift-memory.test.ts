import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../engine/store/open-store';
import type { DocumentStore } from '../../engine/store/types';
import type { ResourceChange } from '../../engine/types';
import { forgetDrift, rememberDrift } from '../../operations/drift-memory';

let folder: string;
let store: DocumentStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-drift-'));
  store = await openStore({ directory: folder, url: undefined, environment: {} });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const change = (name: string, paths: readonly string[]): ResourceChange => ({
  urn: `urn:pulumi:tb::testbed::kubernetes:core/v1:ConfigMap::${name}`,
  resourceType: 'kubernetes:core/v1:ConfigMap',
  name,
  operation: 'update',
  paths,
});

/** A look at a second of an imagined minute: which objects were seen long enough ago. */
const look = async (second: number, changes: readonly ResourceChange[], stack = 'tb-aaaaaa'): Promise<string[]> => {
  const now = new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const strikes = await rememberDrift(store, stack, changes, { now, settleSeconds: 60 });
  return strikes.filter(({ seenAgain }) => seenAgain).map(({ name }) => name);
};

describe('a difference', () => {
  it('is due when a later look, long enough after the first, finds the same', async () => {
    const one = change('one', ['data.a', 'data.b']);
    expect(await look(0, [one])).toEqual([]);
    expect(await look(59, [one])).toEqual([]);
    expect(await look(60, [change('one', ['data.b', 'data.a'])])).toEqual(['one']);
    // The first look counts, not the last.
    expect(await look(61, [one])).toEqual(['one']);
  });

  it('begins anew when its paths change: somebody is still at it', async () => {
    await look(0, [change('one', ['data.a'])]);
    expect(await look(61, [change('one', ['data.a', 'data.b'])])).toEqual([]);
    expect(await look(121, [change('one', ['data.a', 'data.b'])])).toEqual(['one']);
  });

  it('is forgotten when a look does not find it, and with its stack', async () => {
    const one = change('one', ['data.a']);
    await look(0, [one, change('two', [])]);
    expect(await look(30, [change('two', [])])).toEqual([]);
    expect(await look(61, [one, change('two', [])])).toEqual(['two']);
    await forgetDrift(store, 'tb-aaaaaa');
    await forgetDrift(store, 'tb-aaaaaa');
    expect(await look(200, [one])).toEqual([]);
    expect(await look(260, [])).toEqual([]);
    expect(await store.read('drift/tb-aaaaaa')).toBeUndefined();
  });

  it('of one stack says nothing of another', async () => {
    await look(0, [change('one', [])]);
    expect(await look(100, [change('one', [])], 'tb-bbbbbb')).toEqual([]);
  });

  it('is not due without a memory that can be read: the damaged document is named', async () => {
    await store.write('drift/tb-aaaaaa', Buffer.from('{"version":1'), 'absent');
    await expect(look(0, [change('one', [])])).rejects.toMatchObject({
      code: 'StateUnreadable',
      text: { en: expect.stringContaining('drift/tb-aaaaaa') },
    });
  });
});
