import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { emptyState, headOf, stateOf, withoutPending } from '../../engine/state';
import { openStateKey } from '../../engine/state-key';

const dataKey = randomBytes(32).toString('base64');
const STACK = 'tb-state';
const PLACE = 'states/tb-state in /store';
const SECRET = { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', ciphertext: 'v1:AAAA:BBBB' };

function written(latest: unknown, more: object = {}): string {
  return JSON.stringify({
    version: 3,
    checkpoint: { stack: 'organization/testbed/tb-state', latest, ...more },
  });
}

function checkpoint(resources: unknown): string {
  return written({ manifest: { time: '2026-01-02T03:04:05Z', magic: '', version: '' }, resources });
}

const refusedByName = expect.objectContaining({
  code: 'StateUnreadable',
  message: expect.stringContaining(PLACE),
});

describe('a new stack', () => {
  it('is empty and whole', () => {
    expect(stateOf(STACK, emptyState(STACK, dataKey), PLACE)).toMatchObject({
      resources: [],
      outputs: {},
      pendingOperations: 0,
    });
  });

  it('has a random key of its own, sealed by the data key of the stack', () => {
    const keys = ['tb-one', 'tb-two'].map((name) => {
      const sealed = headOf(name, emptyState(name, dataKey), PLACE).sealedKey ?? '';
      expect(() => openStateKey(name, randomBytes(32).toString('base64'), sealed)).toThrow(/cannot be opened/);
      expect(() => openStateKey('tb-three', dataKey, sealed)).toThrow(/cannot be opened/);
      return openStateKey(name, dataKey, sealed);
    });
    expect(keys.map((key) => key.length)).toEqual([32, 32]);
    expect(keys[0]).not.toEqual(keys[1]);
    for (const key of keys) expect(key.toString('base64')).not.toBe(dataKey);
  });
});

describe('the state of a stack', () => {
  it('tells resources and outputs with secrets masked at any depth', () => {
    const root = {
      urn: 'urn:pulumi:tb-state::testbed::pulumi:pulumi:Stack::testbed-tb-state',
      type: 'pulumi:pulumi:Stack',
    };
    const urn = 'urn:pulumi:tb-state::testbed::kubernetes:core/v1:Secret::db';
    const content = checkpoint([
      { ...root, outputs: { password: SECRET, list: [{ deep: SECRET }], plain: 1 } },
      { urn, type: 'kubernetes:core/v1:Secret', custom: true, id: 'tb-state/db', inputs: { data: SECRET } },
    ]);
    expect(stateOf(STACK, content, PLACE)).toEqual({
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
    ['is cut off', checkpoint([]).slice(0, -10)],
    ['is empty', ''],
    ['is of another version', '{"version":4,"checkpoint":{}}'],
    ['belongs to another stack', written(null, { stack: 'organization/testbed/other' })],
    ['holds no resources but words', checkpoint('none')],
    [
      'has its key with another service',
      written({
        manifest: { time: '' },
        secrets_providers: { type: 'cloud', state: { url: 'awskms://alias/key', encryptedkey: 'AAAA' } },
      }),
    ],
    [
      'has the key of another stack',
      written({
        manifest: { time: '' },
        secrets_providers: { type: 'cloud', state: { url: 'hashivault://tb-other', encryptedkey: 'AAAA' } },
      }),
    ],
    ['only encodes its secrets', written({ manifest: { time: '' }, secrets_providers: { type: 'b64' } })],
  ])('is refused by name when it %s', (_, content) => {
    expect(() => headOf(STACK, content, PLACE)).toThrow(refusedByName);
  });

  it('is refused by name when a resource in it is none', () => {
    expect(() => stateOf(STACK, checkpoint([{ urn: 1 }]), PLACE)).toThrow(refusedByName);
  });

  it('of a passphrase has no key to be opened', () => {
    const content = written({
      manifest: { time: '2026-01-02T03:04:05Z' },
      secrets_providers: { type: 'passphrase', state: { salt: 'v1:AAAA:v1:BBBB:CCCC' } },
    });
    expect(headOf(STACK, content, PLACE)).not.toHaveProperty('sealedKey');
  });

  it('is freed of operations that were begun and never recorded as ended, and of nothing else', () => {
    const latest = { manifest: { time: '2026-01-02T03:04:05Z', magic: 'm' }, resources: [], metadata: { a: 1 } };
    const pending = written({ ...latest, pending_operations: [{ type: 'creating' }] });
    expect(headOf(STACK, pending, PLACE).pendingOperations).toBe(1);
    expect(JSON.parse(withoutPending(pending))).toEqual(JSON.parse(written(latest)));
  });

  it.each(['../x', 'a_b', 'A', '', '-a', 'a.b', 'x'.repeat(63)])('is never looked for under the name %j', (name) => {
    expect(() => headOf(name, checkpoint([]), PLACE)).toThrow(
      expect.objectContaining({ code: 'StateUnreadable', message: expect.stringContaining('is not a stack name') }),
    );
  });
});
