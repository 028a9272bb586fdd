import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasUnknown, readStruct, SIGNATURE_KEY, SIGNATURES, UNKNOWN, writeStruct } from '../../../engine/provider/wire';
import type { JsonObject, JsonValue } from '../../../kubernetes/types';

/** A value on the wire as the engine would write it, beside what the provider should make of it. */
interface Wired {
  readonly wire: JsonValue;
  readonly plain: JsonValue;
}

const key = fc.string({ maxLength: 8 }).filter((name) => name !== '__proto__' && name !== SIGNATURE_KEY);
const leaf: fc.Arbitrary<Wired> = fc
  .oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  .map((value) => ({ wire: Object.is(value, -0) ? 0 : value, plain: Object.is(value, -0) ? 0 : value }));
const unknown: fc.Arbitrary<Wired> = fc
  .constantFrom(
    UNKNOWN,
    '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
    '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
    '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
    'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
  )
  .map((sentinel) => ({ wire: sentinel, plain: UNKNOWN }));

const { value: wired } = fc.letrec<{ value: Wired }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    unknown,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => ({
      wire: items.map((item) => item.wire),
      plain: items.map((item) => item.plain),
    })),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }).map((fields) => ({
      wire: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.wire])),
      plain: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.plain])),
    })),
    tie('value').map((inner) => ({
      wire: { [SIGNATURE_KEY]: SIGNATURES.secret, value: inner.wire },
      plain: inner.plain,
    })),
    tie('value').map((inner) => ({
      wire: { [SIGNATURE_KEY]: SIGNATURES.output, value: inner.wire, secret: false, dependencies: ['urn:x'] },
      plain: inner.plain,
    })),
  ),
}));

describe('values on the wire', () => {
  it('are read as plain JSON, and written and read again they are the same with the same secret paths', () => {
    fc.assert(
      fc.property(fc.dictionary(key, wired, { maxKeys: 5, noNullPrototype: true }), (fields) => {
        const wire: JsonObject = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.wire]));
        const plain = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.plain]));
        const read = readStruct(Struct.fromJavaScript(wire));
        expect(read.value).toEqual(plain);
        const bytes = writeStruct(read).serializeBinary();
        expect(readStruct(Struct.deserializeBinary(bytes))).toEqual(read);
      }),
      { numRuns: 300 },
    );
  });

  it('never show a secret outside its wrapper once they are written again', () => {
    fc.assert(
      fc.property(fc.dictionary(key, wired, { maxKeys: 4, noNullPrototype: true }), key, (fields, name) => {
        const wire: JsonObject = {
          ...Object.fromEntries(Object.entries(fields).map(([field, { wire: value }]) => [field, value])),
          [name]: { deep: [{ [SIGNATURE_KEY]: SIGNATURES.secret, value: 'canary-7f3' }] },
        };
        const written = writeStruct(readStruct(Struct.fromJavaScript(wire))).toJavaScript();
        const bare = JSON.stringify(written, (_, value: unknown) =>
          typeof value === 'object' && value !== null && SIGNATURE_KEY in value ? '[wrapped]' : value,
        );
        expect(bare).not.toContain('canary-7f3');
        expect(written[name]).toEqual({ deep: [{ [SIGNATURE_KEY]: SIGNATURES.secret, value: 'canary-7f3' }] });
      }),
    );
  });

  it('keep only the outermost of nested secrets', () => {
    const read = readStruct(
      Struct.fromJavaScript({
        a: { [SIGNATURE_KEY]: SIGNATURES.secret, value: { b: { [SIGNATURE_KEY]: SIGNATURES.secret, value: 1 } } },
      }),
    );
    expect(read).toEqual({ value: { a: { b: 1 } }, secrets: [['a']] });
  });

  it('read an output value without a value as unknown, and a secret one as secret', () => {
    const read = readStruct(
      Struct.fromJavaScript({
        later: { [SIGNATURE_KEY]: SIGNATURES.output, dependencies: [] },
        hidden: { [SIGNATURE_KEY]: SIGNATURES.output, value: 'x', secret: true },
      }),
    );
    expect(read).toEqual({ value: { later: UNKNOWN, hidden: 'x' }, secrets: [['hidden']] });
    expect(hasUnknown(read.value)).toBe(true);
    expect(hasUnknown({ a: [{ b: 'x' }] })).toBe(false);
  });

  it('read a resource reference as the id of its resource, unknown while it has none', () => {
    const reference = { [SIGNATURE_KEY]: SIGNATURES.resource, urn: 'urn:a' };
    const read = readStruct(
      Struct.fromJavaScript({
        known: { ...reference, id: 'ns/a' },
        later: { ...reference, id: '' },
        component: reference,
      }),
    );
    expect(read.value).toEqual({ known: 'ns/a', later: UNKNOWN, component: 'urn:a' });
  });

  it('are refused when the nesting has no end in sight', () => {
    let deep: JsonObject = {};
    for (let level = 0; level < 120; level += 1) deep = { deep };
    expect(() => readStruct(Struct.fromJavaScript(deep))).toThrow('nested deeper than 100 levels');
  });
});
