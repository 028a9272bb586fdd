import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStack, endStack, listStacks, pruneHistory, readStack, stackFilePath } from '../../engine/state';
import { openStateKey } from '../../engine/state-key';
import type { StackReference } from '../../engine/types';

const dataKey = randomBytes(32).toString('base64');

let stack: StackReference;
beforeEach(() => {
  stack = { name: 'tb-state', stateDirectory: mkdtempSync(join(tmpdir(), 'testbed-state-')), dataKey };
});
afterEach(() => rmSync(stack.stateDirectory, { recursive: true, force: true }));

const SECRET = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', ciphertext: 'v1:AAAA:BBBB' };

function write(content: unknown): string {
  const file = stackFilePath(stack);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function checkpoint(resources: unknown): unknown {
  const latest = { manifest: { time: '2026-01-02T03:04:05Z', magic: '', version: '' }, resources };
  return { version: 3, checkpoint: { stack: 'organization/testbed/tb-state', latest } };
}

describe('a new stack', () => {
  it('is empty, private, and listed', () => {
    createStack(stack);
    expect(readStack(stack)).toMatchObject({ resources: [], outputs: {}, pendingOperations: 0 });
    expect(statSync(stackFilePath(stack)).mode & 0o777).toBe(0o600);
    expect(listStacks(stack.stateDirectory)).toEqual(['tb-state']);
    expect(readdirSync(dirname(stackFilePath(stack)))).toEqual(['tb-state.json']);
  });

  it('has a random key of its own, sealed by the data key of the stack', () => {
    const keys = ['tb-one', 'tb-two'].map((name) => {
      createStack({ ...stack, name });
      const sealed = readStack({ ...stack, name })?.sealedKey ?? '';
      expect(() => openStateKey(name, randomBytes(32).toString('base64'), sealed)).toThrow(/cannot be opened/);
      expect(() => openStateKey('tb-three', dataKey, sealed)).toThrow(/cannot be opened/);
      return openStateKey(name, dataKey, sealed);
    });
    expect(keys.map((key) => key.length)).toEqual([32, 32]);
    expect(keys[0]).not.toEqual(keys[1]);
    for (const key of keys) expect(key.toString('base64')).not.toBe(dataKey);
  });

  it('does not replace one that exists', () => {
    const file = write(checkpoint([]));
    const before = readFileSync(file, 'utf8');
    createStack(stack);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('the state of a stack', () => {
  it('is undefined where there is none', () => {
    expect(readStack(stack)).toBeUndefined();
    expect(listStacks(stack.stateDirectory)).toEqual([]);
  });

  it('tells resources and outputs with secrets masked at any depth', () => {
    const root = {
      urn: 'urn:pulumi:tb-state::testbed::pulumi:pulumi:Stack::testbed-tb-state',
      type: 'pulumi:pulumi:Stack',
    };
    const urn = 'urn:pulumi:tb-state::testbed::kubernetes:core/v1:Secret::db';
    write(
      checkpoint([
        { ...root, outputs: { password: SECRET, list: [{ deep: SECRET }], plain: 1 } },
        { urn, type: 'kubernetes:core/v1:Secret', custom: true, id: 'tb-state/db', inputs: { data: SECRET } },
      ]),
    );
    expect(readStack(stack)).toEqual({
      writtenAt: '2026-01-02T03:04:05Z',
      outputs: { password: '[secret]', list: [{ deep: '[secret]' }], plain: 1 },
      resources: [
        {
          urn,
          resourceType: 'kubernetes:core/v1:Secret',
          name: 'db',
          id: 'tb-state/db',
          inputs: { data: '[secret]' },
          outputs: {},
        },
      ],
      pendingOperations: 0,
    });
  });

  it.each([
    ['is cut off', '{"version":3,"checkpoint":{"sta'],
    ['is empty', ''],
    ['is of another version', { version: 4, checkpoint: {} }],
    ['belongs to another stack', { version: 3, checkpoint: { stack: 'organization/testbed/other', latest: null } }],
    ['holds no resources but words', checkpoint('none')],
  ])('is refused by name when it %s', (_, content) => {
    const file = write(content);
    expect(() => readStack(stack)).toThrow(
      expect.objectContaining({ code: 'StateUnreadable', message: expect.stringContaining(file) }),
    );
  });

  it('of a passphrase has no key to be opened', () => {
    write({
      version: 3,
      checkpoint: {
        stack: 'organization/testbed/tb-state',
        latest: {
          manifest: { time: '2026-01-02T03:04:05Z' },
          secrets_providers: { type: 'passphrase', state: { salt: 'v1:AAAA:v1:BBBB:CCCC' } },
        },
      },
    });
    expect(readStack(stack)).not.toHaveProperty('sealedKey');
  });

  it.each([
    ['another service keeps the key', { type: 'cloud', state: { url: 'awskms://alias/key', encryptedkey: 'AAAA' } }],
    ['the key is of another stack', { type: 'cloud', state: { url: 'hashivault://tb-other', encryptedkey: 'AAAA' } }],
    ['secrets are only encoded', { type: 'b64' }],
  ])('is refused by name when %s', (_, provider) => {
    const latest = { manifest: { time: '2026-01-02T03:04:05Z' }, secrets_providers: provider };
    const file = write({ version: 3, checkpoint: { stack: 'organization/testbed/tb-state', latest } });
    expect(() => readStack(stack)).toThrow(
      expect.objectContaining({ code: 'StateUnreadable', message: expect.stringContaining(file) }),
    );
  });

  it('is refused when it is larger than any testbed', () => {
    truncateSync(write(''), 65 * 1024 * 1024);
    expect(() => readStack(stack)).toThrow(expect.objectContaining({ code: 'StateUnreadable' }));
  });

  it('is forgotten whole', () => {
    const file = write(checkpoint([]));
    writeFileSync(`${file}.bak`, '');
    const history = join(stack.stateDirectory, '.pulumi/history/testbed/tb-state');
    mkdirSync(history, { recursive: true });
    endStack(stack);
    endStack(stack);
    expect(listStacks(stack.stateDirectory)).toEqual([]);
    expect(() => statSync(history)).toThrow(/ENOENT/);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('keeps the three newest records of its past', () => {
    const history = join(stack.stateDirectory, '.pulumi/history/testbed/tb-state');
    mkdirSync(history, { recursive: true });
    for (const at of [1, 2, 3, 4, 5])
      for (const kind of ['history', 'checkpoint']) writeFileSync(join(history, `tb-state-${at}.${kind}.json`), '');
    pruneHistory(stack);
    expect(readdirSync(history).sort()).toEqual(
      [3, 4, 5].flatMap((at) => [`tb-state-${at}.checkpoint.json`, `tb-state-${at}.history.json`]),
    );
  });

  it.each(['../x', 'a_b', 'A', '', '-a', 'a.b', 'x'.repeat(63)])('is never looked for under the name %j', (name) => {
    expect(() => readStack({ ...stack, name })).toThrow(expect.objectContaining({ code: 'UsageWrong' }));
  });
});
