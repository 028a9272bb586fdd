import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from '../../../policies/catalogue/document';
import { readMatch } from '../../../policies/catalogue/kinds';
import { ruleFile } from '../../../policies/catalogue/rule-file';
import { ruleSchema } from '../../../policies/catalogue/rule-schema';
import { SITE_RULE } from './support';

/** What reading a text comes to: never an exception. */
function read(source: string): 'rule' | 'issues' {
  const result = parseDocument({ file: 'team.yaml', source }, ruleSchema);
  if (result.ok) {
    ruleFile(result.document, 'site');
    return 'rule';
  }
  expect(result.issues.length).toBeGreaterThan(0);
  for (const { line, column, message } of result.issues)
    expect([line >= 1, column >= 1, message.en !== '', message.ko !== '']).toEqual([true, true, true, true]);
  return 'issues';
}

test('whatever a file holds, it is a rule or its problems are told, each at a place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (source) => {
      expect(read(source)).toBe('issues');
    }),
  );
});

test('a rule with any piece cut out or doubled is a rule or its problems are told', () => {
  const place = fc.nat({ max: SITE_RULE.length });
  fc.assert(
    fc.property(place, fc.nat({ max: 60 }), fc.boolean(), (start, length, doubled) => {
      const piece = SITE_RULE.slice(start, start + length);
      const rest = SITE_RULE.slice(start + length);
      expect(['rule', 'issues']).toContain(read(`${SITE_RULE.slice(0, start)}${doubled ? piece + piece : ''}${rest}`));
    }),
  );
});

test('a file of the largest size with one key many times, or nested without end, is answered at once', () => {
  const many = Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join('\n');
  expect(read(many)).toBe('issues');
  expect(read('a: '.concat('{b: '.repeat(20_000)))).toBe('issues');
  expect(read(`id: ${'a-'.repeat(100_000)}`)).toBe('issues');
}, 20_000);

test('no word for a kind is taken for a member of an object', () => {
  for (const word of [
    '__proto__',
    'constructor/Pod',
    'toString/x',
    'v1/constructor',
    'v1/Pod/constructor',
    '',
    '/',
    'Pod',
  ])
    expect([word, readMatch(word).ok]).toEqual([word, false]);
});
