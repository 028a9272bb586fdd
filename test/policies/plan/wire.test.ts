import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretText, UNKNOWN, type Judged } from '../../../policies/evaluation/types';
import { decodeProperties } from '../../../policies/plan/wire';

const KEY = '4dabf18193072939515e22adb298388d';
const marked = (mark: string, more: object): object => ({ [KEY]: mark, ...more });
const secret = (value: unknown): object => marked('1b47061264138c4ac30d75fd1eb44270', { value });
const output = (more: object): object => marked('d0e6a833031e9bbcd3f4e8bde6ca49a4', more);
const SENTINELS = [
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9',
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
];

/** A decoded value with secrets shown, so that it can be compared. */
function shown(value: Judged | undefined): unknown {
  if (value === UNKNOWN) return 'UNKNOWN';
  if (value instanceof SecretText) return { secret: value.reveal() };
  if (Array.isArray(value)) return value.map((one: Judged) => shown(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one)]));
}
const decoded = (value: unknown): unknown => shown(decodeProperties({ value })['value']);

describe('inputs from the wire', () => {
  it.each(SENTINELS)('%s is a value that is not known yet, wherever it stands', (sentinel) => {
    expect(decoded(sentinel)).toBe('UNKNOWN');
    expect(decoded({ a: [sentinel, 'b'] })).toEqual({ a: ['UNKNOWN', 'b'] });
    expect(decoded(secret(sentinel))).toBe('UNKNOWN');
    expect(decoded(`${sentinel}.`)).toBe(`${sentinel}.`);
  });

  it('keeps secrets apart, every text below one, at any depth', () => {
    expect(decoded(secret('a'))).toEqual({ secret: 'a' });
    expect(decoded(secret({ user: 'a', list: ['b', 7, true, null] }))).toEqual({
      user: { secret: 'a' },
      list: [{ secret: 'b' }, 7, true, null],
    });
    expect(decoded(secret(secret('a')))).toEqual({ secret: 'a' });
    expect(decoded({ a: 'clear', b: [secret('x')] })).toEqual({ a: 'clear', b: [{ secret: 'x' }] });
  });

  it('takes an output for its value, for unknown without one, for a secret where it is marked', () => {
    expect(decoded(output({ value: 'a' }))).toBe('a');
    expect(decoded(output({}))).toBe('UNKNOWN');
    expect(decoded(output({ secret: true }))).toBe('UNKNOWN');
    expect(decoded(output({ value: { a: 'b' }, secret: true }))).toEqual({ a: { secret: 'b' } });
    expect(decoded(secret(output({ value: 'a' })))).toEqual({ secret: 'a' });
  });

  it('takes a reference to a resource for its id', () => {
    const reference = (more: object): object => marked('5cf8f73096256a8f31e491e813e4eb8e', { urn: 'urn:x', ...more });
    expect(decoded(reference({ id: 'made' }))).toBe('made');
    expect(decoded(reference({ id: SENTINELS[0] }))).toBe('UNKNOWN');
    expect(decoded(reference({}))).toBe('');
  });

  it('does not look into assets, archives and marks that it does not know', () => {
    expect(decoded(marked('c44067f5952c0a294b673a41bacd8c17', { text: 'content' }))).toBe('UNKNOWN');
    expect(decoded(marked('0def7320c3a5731c473e5ecbe6d01bc7', { assets: {} }))).toBe('UNKNOWN');
    expect(decoded(marked('another', {}))).toBe('UNKNOWN');
    expect(decoded(7n)).toBe('UNKNOWN');
  });

  it('takes keys that mean something to JavaScript for what they are', () => {
    const value = JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "c", "hasOwnProperty": "h"}') as object;
    const read = decodeProperties({ value })['value'];
    expect(Object.keys(read ?? {})).toEqual(['__proto__', 'constructor', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it('ends at a depth that nothing of ours has, with what is not known', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level++) deep = [deep];
    let read = decodeProperties({ deep })['deep'];
    let levels = 0;
    while (Array.isArray(read)) {
      read = read[0] as Judged;
      levels++;
    }
    expect([read, levels]).toEqual([UNKNOWN, 256]);
  });

  it('leaves plain JSON as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(decoded(plain)).toEqual(plain);
      }),
    );
  });
});
