import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { specJsonSchema, specJsonSchemaText } from '../../spec';
import { packageRoot } from '../../package/root';
import { load, yaml } from './given';

describe('the JSON Schema', () => {
  test('is the one in the repository', () => {
    expect(readFileSync(join(packageRoot(), 'spec', 'testbed.schema.json'), 'utf8')).toBe(specJsonSchemaText());
  });

  test('is draft 2020-12, asks for what a file must say and refuses unknown fields', () => {
    expect(specJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['apiVersion', 'name', 'participant', 'members', 'owner', 'grade', 'ends'],
      additionalProperties: false,
    });
  });

  test('lets an editor accept no name that the loader takes for something else', () => {
    const name = Object(specJsonSchema().properties).name;
    const pattern = new RegExp(name.pattern);
    const word = fc.string({ unit: fc.constantFrom(...'ab-0Z_. é'.split('')), maxLength: 45 });
    fc.assert(
      fc.property(word, (value) => {
        const byEditor = pattern.test(value) && value.length >= name.minLength && value.length <= name.maxLength;
        expect(load(yaml({ name: `name: ${JSON.stringify(value)}` })).ok).toBe(byEditor);
      }),
      { numRuns: 500 },
    );
  });

  test('says the same of addresses as the loader', () => {
    const owner = Object(specJsonSchema().properties).owner;
    const pattern = new RegExp(owner.pattern);
    const word = fc.string({ unit: fc.constantFrom(...'a1.-_+@ :'.split('')), maxLength: 30 });
    fc.assert(
      fc.property(
        fc.oneof(
          word,
          word.map((domain) => `a@${domain}.b`),
        ),
        (value) => {
          expect(load(yaml({ owner: `owner: ${JSON.stringify(value)}` })).ok).toBe(pattern.test(value));
        },
      ),
      { numRuns: 500 },
    );
  });
});
