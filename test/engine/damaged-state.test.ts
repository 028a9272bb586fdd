import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeClaim } from '../../engine/claims/claim';
import { conditionOf, setDamagedAside, type StatePlace } from '../../engine/damaged-state';
import { openDataKeys } from '../../engine/data-keys';
import { stackFilePath } from '../../engine/local-state';
import { forgetPublished, publishedContent } from '../../engine/published-state';
import { emptyState } from '../../engine/state';
import { openDirectoryStore } from '../../engine/store/directory';

// How a state that cannot be used is found and put away; that a testbed lives on without it is tested on a cluster (operations/state-restored.test.ts).

const STACK = 'tb-aaaaaa';
const never = new AbortController().signal;
let home: string;
let place: StatePlace;
let whole: Buffer;
let renewed: number;
const renew = (): Promise<void> => {
  renewed += 1;
  return Promise.resolve();
};
beforeEach(async () => {
  renewed = 0;
  home = mkdtempSync(join(tmpdir(), 'testbed-damaged-'));
  place = {
    store: openDirectoryStore(join(home, 'store')),
    directory: join(home, 'keys'),
    stateDirectory: join(home, 'state'),
  };
  whole = publishedContent(1, emptyState(STACK, await openDataKeys(place).forStack(STACK)));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function put(key: string, content: string | Buffer): Promise<void> {
  await place.store.write(key, Buffer.from(content), (await place.store.read(key))?.version ?? 'absent');
}

async function keys(): Promise<string[]> {
  const all: string[] = [];
  for await (const key of place.store.list('')) if (!key.startsWith('claims/')) all.push(key);
  return all;
}

const damages: readonly [string, (content: Buffer) => string | Buffer][] = [
  ['cut short', (content) => content.subarray(0, content.length / 2)],
  ['cut short inside, its end in place', (content) => `${content.toString().slice(0, 80)}}`],
  ['garbage', () => Buffer.from([0, 255, 1, 254])],
  ['empty', () => ''],
  ['of another form', () => '{"version":1,"claim":1,"engine":{"version":9}}'],
  ["another stack's", (content) => content.toString().replaceAll(STACK, 'tb-bbbbbb')],
  [
    'without its resources',
    (content) => content.toString().replace('"metadata":', '"resources":[{"urn":1}],"metadata":'),
  ],
];

describe('a published state', () => {
  it('that is whole is left alone, and one that is missing too', async () => {
    expect(await conditionOf(place, STACK)).toEqual({ kind: 'missing', keyLost: false });
    await put(`states/${STACK}`, whole);
    expect(await setDamagedAside(place, STACK, renew, never)).toEqual({ kind: 'whole' });
    expect(await keys()).toEqual([`keys/${STACK}`, 'site/key', `states/${STACK}`]);
  });

  it.each(damages)('that is %s is found, named and put away as it was', async (_what, damage) => {
    const content = Buffer.from(damage(whole));
    await put(`states/${STACK}`, content);
    const found = await setDamagedAside(place, STACK, renew, never);
    expect(found).toMatchObject({ kind: 'damaged', keyLost: false, why: expect.stringContaining(`states/${STACK}`) });
    expect(await conditionOf(place, STACK)).toEqual({ kind: 'missing', keyLost: false });
    const [aside = '', ...rest] = await keys();
    expect([aside, rest]).toEqual([
      expect.stringMatching(new RegExp(`^damaged/states/${STACK}-\\d{17}$`)),
      [`keys/${STACK}`, 'site/key'],
    ]);
    expect((await place.store.read(aside))?.content.equals(content)).toBe(true);
  });

  it('whose data key is damaged is put away with it; one that another key sealed too', async () => {
    await put(`states/${STACK}`, whole);
    await put(`keys/${STACK}`, '{');
    expect(await setDamagedAside(place, STACK, renew, never)).toMatchObject({ kind: 'damaged', keyLost: true });
    expect(renewed).toBe(1);
    expect((await keys()).map((key) => key.replace(/-\d{17}$/, ''))).toEqual([
      `damaged/keys/${STACK}`,
      `damaged/states/${STACK}`,
      'site/key',
    ]);
    expect(await conditionOf(place, STACK)).toEqual({ kind: 'missing', keyLost: true });
    await put(`states/${STACK}`, whole);
    expect(await conditionOf(place, STACK)).toMatchObject({ kind: 'damaged', keyLost: true });
    await expect(openDataKeys(place).forStack(STACK)).rejects.toMatchObject({ code: 'StateUnreadable' });
    // As earlier versions left it, which made another key.
    await forgetPublished(place.store, STACK);
    await openDataKeys(place).forStack(STACK);
    await put(`states/${STACK}`, whole);
    expect(await conditionOf(place, STACK)).toMatchObject({ kind: 'damaged', keyLost: true });
  });

  it('of an earlier version that is damaged is put away where it lies', async () => {
    const file = stackFilePath(place.stateDirectory, STACK);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{"version":3');
    expect(await setDamagedAside(place, STACK, renew, never)).toMatchObject({
      kind: 'damaged',
      why: expect.stringContaining(file),
    });
    expect(readdirSync(dirname(file))).toEqual([expect.stringMatching(/\.json\.damaged-\d{17}$/)]);
    expect(await conditionOf(place, STACK)).toEqual({ kind: 'missing', keyLost: false });
  });

  it('is not put away while somebody works on its stack', async () => {
    await put(`states/${STACK}`, '{');
    const claim = await takeClaim({ store: place.store, stack: STACK, purpose: 'up' });
    await expect(setDamagedAside(place, STACK, renew, never)).rejects.toMatchObject({ code: 'OperationRunning' });
    await claim.giveBack();
    expect(await keys()).toContain(`states/${STACK}`);
  });
});
