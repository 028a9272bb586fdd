// Against the real API server, which takes `__proto__` as a key of a ConfigMap or a Secret like any other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventory } from '../../kubernetes/inventory';
import { parseJson } from '../../kubernetes/json';
import { allOf, testNamespace } from './support/namespace';

describe('an object with a key named __proto__', () => {
  it.each(['ConfigMap', 'Secret'])('is read, listed and watched as it is: a %s', async (kind) => {
    await using place = await testNamespace();
    const { client, name: namespace } = place;
    const reference = { apiVersion: 'v1', kind, name: 'odd', namespace };
    const data = JSON.parse('{"__proto__":"Yg==","a":"Yg=="}') as Record<string, string>;
    const created = await client.create({ apiVersion: 'v1', kind, metadata: { name: 'odd', namespace }, data });

    const listed = await allOf(client.list('v1', kind, { namespace, fieldSelector: 'metadata.name=odd' }));
    const watched = await allOf(
      client.watch('v1', kind, { namespace, fieldSelector: 'metadata.name=odd', timeoutSeconds: 1 }),
    );
    const told = watched.flatMap((event) => (event.type === 'ADDED' ? [event.object] : []));
    for (const object of [created, await client.get(reference), listed[0], told[0]]) {
      expect(Object.entries(object?.['data'] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
        ['__proto__', 'Yg=='],
        ['a', 'Yg=='],
      ]);
      expect(Object.getPrototypeOf(object?.['data'])).toBe(Object.prototype);
    }
    const found = await inventory(client, { testbed: namespace });
    expect(found.objects).toContainEqual(reference);
    await client.delete(reference);
    expect(await client.get(reference)).toBeUndefined();
  });
});

describe('JSON of a server', () => {
  /** Copies as careless code does, by assignment. */
  function assigned(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(assigned);
    const copy: Record<string, unknown> = {};
    for (const [key, child] of Object.entries(value)) copy[key] = assigned(child);
    return copy;
  }

  function prototypes(value: unknown): unknown[] {
    if (typeof value !== 'object' || value === null) return [];
    return [Object.getPrototypeOf(value), ...Object.values(value).flatMap(prototypes)];
  }

  it('never changes a prototype, even when it is copied by assignment', () => {
    const { value: any } = fc.letrec<{ value: unknown; map: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 0 }),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('map'),
      ),
      map: fc
        .array(fc.tuple(fc.constantFrom('"__proto__"', '"\\u005f_proto__"', '"constructor"', '"a"'), tie('value')), {
          maxLength: 4,
        })
        .map((entries) => ({ entries })),
    }));
    const written = (value: unknown): string => {
      if (typeof value !== 'object' || value === null) return JSON.stringify(value);
      if (Array.isArray(value)) return `[${value.map(written).join()}]`;
      const { entries = [] } = value as { entries?: readonly (readonly [string, unknown])[] };
      return `{${entries.map(([key, child]) => `${key}:${written(child)}`).join()}}`;
    };
    fc.assert(
      fc.property(any, (value) => {
        const parsed = parseJson(written(value));
        const usual: unknown[] = [Object.prototype, Array.prototype];
        expect(prototypes(assigned(parsed)).filter((one) => !usual.includes(one))).toEqual([]);
      }),
    );
  });

  it('keeps a plain value under __proto__ and drops what could become a prototype', () => {
    expect(Object.entries(parseJson('{"__proto__":"word","a":1}') as object)).toEqual([
      ['__proto__', 'word'],
      ['a', 1],
    ]);
    for (const value of ['{"polluted":true}', '[]', 'null'])
      expect(Object.entries(parseJson(`{"b":{"__proto__":${value},"a":1}}`) as object)).toEqual([['b', { a: 1 }]]);
  });
});
