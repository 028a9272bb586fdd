import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonDocument, yamlDocument } from '../../../scripts/cli/documents';
import { escapeLine, escapeLines } from '../../../scripts/cli/foreign-text';

const words = fc.string({ unit: 'binary' });
/** What a terminal acts on, and what changes the order in which a line is read. */
const ACTED_ON = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u; // oxlint-disable-line no-control-regex -- these are what must not come through

test.each([
  ['plain 한글 → ✔', 'plain 한글 → ✔'],
  ['\u001b[2J', '\\u001b[2J'],
  ['\u009b2J', '\\u009b2J'],
  ['a\tb\rc', 'a\\tb\\rc'],
  ['\u202egpj.exe', '\\u202egpj.exe'],
  ['\u{e0041}', '\\udb40\\udc41'],
  ['\ud800', '\\ud800'],
])('shows %j as escapes where it must', (given, shown) => {
  expect(escapeLine(given)).toBe(shown);
});

test('a line stays one line', () => {
  expect(escapeLine('a\nerror: forged')).toBe('a\\nerror: forged');
  expect(escapeLines('a\nb')).toBe('a\nb');
});

test('whatever is given, nothing that a terminal acts on comes out', () => {
  fc.assert(
    fc.property(words, (given) => {
      expect(ACTED_ON.test(escapeLine(given))).toBe(false);
      expect(ACTED_ON.test(jsonDocument({ [given]: given }))).toBe(false);
      expect(ACTED_ON.test(yamlDocument({ [given]: given }))).toBe(false);
    }),
  );
});

test('whatever is given, JSON and YAML still hold it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (given) => {
      const value = { list: [given, { '\u202ekey': given }], text: `\u001b[31m${given}\u0085` };
      expect(JSON.parse(jsonDocument(value))).toEqual(value);
      expect(parse(yamlDocument(value))).toEqual(value);
    }),
  );
});
