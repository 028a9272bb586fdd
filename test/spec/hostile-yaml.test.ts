import { describe, expect, test } from 'vitest';
import { renderSpec } from '../../spec';
import { flaws, messages, refused, yaml } from './given';

describe('a spec that is right but for its YAML', () => {
  test.each([
    yaml({ name: 'name: !!str acme' }),
    yaml({ name: 'name: ! acme' }),
    yaml({ name: 'name: !mine acme' }),
    yaml({ name: '!!str name: acme' }),
    yaml({ members: 'members: !!seq [dev@startup.example]' }),
    yaml({ name: 'name: &a acme' }),
    yaml({ name: '&a name: acme' }),
    `&a\n${yaml()}`,
    `${yaml()}---\n${yaml()}`,
    `${yaml()}...\n---\n${yaml()}`,
    `%YAML 1.2\n---\n${yaml()}`,
    `%TAG ! tag:x,2000:\n---\n${yaml()}`,
    yaml({ name: 'name: yes' }),
    yaml({ name: 'name: off' }),
    yaml({ participant: 'participant: 12:30:45' }),
    yaml({ participant: 'participant: 1_000' }),
    yaml({ more: 'size: small\nsize: small' }),
    yaml({ grade: 'grade: open # \r x' }),
    yaml({ grade: 'grade: open # \u0007' }),
    yaml({ grade: 'grade: open # \u2066' }),
  ])('refuses %j', (text) => {
    expect(flaws(text)).toEqual([]);
    expect(refused(text).issues).toHaveLength(1);
  });
});

describe('YAML that is made to hurt', () => {
  test('refuses an alias bomb without unfolding it', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...Array.from(
        { length: 8 },
        (_, i) => `${'bcdefghi'[i]}: &${'bcdefghi'[i]} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`,
      ),
    ];
    expect(flaws(bomb.join('\n'))).toEqual([]);
    expect(messages(bomb.join('\n'))).toContain("the anchor '&a' is not accepted: take it out");
  });

  test.each([
    'a: &a [*a]',
    'a: *b',
    '&a a: 1',
    '*a : 1',
    'a: !!js/function "x"',
    'a: !<tag:yaml.org,2002:python/object> {}',
    '!!map {a: 1}',
    '! a: 1',
    '<<: *a',
    'a: { <<: { b: 1 } }',
    '%TAG ! tag:x,2000:\n---\na: 1',
    '--- a\n--- b',
    'a: 1\n...\nb: 2',
    '? { a: 1 }\n: b',
    '? |\n  a\n: b',
    '1: a',
    'null: a',
    'true: a',
    '[a]: b',
    'a: b: c',
    'a\n b\nc',
    "'",
    '"',
    '"\\x"',
    '[',
    '{',
    '[}',
    '- - -',
    '|',
    '>',
    '@',
    '`',
    '%',
    '\t',
    '---',
    '...',
    '~',
    'null',
    '""',
    '0',
    '[]',
    '{}',
    '- a',
    '\u0000',
    '\u001b[31m',
    '\r',
    '\ud800',
    '\u2028',
    '\u202e',
  ])('refuses the file %j', (text) => {
    expect(flaws(text)).toEqual([]);
  });

  const large: Readonly<Record<string, string>> = {
    'deep lists': '['.repeat(60_000),
    'deep mappings': 'a: {'.repeat(15_000),
    'deep blocks': Array.from({ length: 300 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
    'deep sequences': '- '.repeat(32_000),
    'many keys': Array.from({ length: 6500 }, (_, index) => `k${index}: 1`).join('\n'),
    'one key many times': 'a: 1\n'.repeat(13_000),
    'one key many times far down': `${Array.from({ length: 2000 }, (_, index) => `k${index}: 1\n`).join('')}${'k1999: 1\n'.repeat(5000)}`,
    'many anchors': '&a '.repeat(20_000),
    'many aliases': `[${'*a,'.repeat(20_000)}]`,
    'many tags': '!a '.repeat(20_000),
    'many commas': `[${','.repeat(60_000)}]`,
    'many documents': '---\n'.repeat(16_000),
    'many directives': '%A\n'.repeat(20_000),
    'a long word': 'a'.repeat(65_000),
    'a long name': yaml({ name: `name: ${'a'.repeat(60_000)}` }),
    'a long address': yaml({ owner: `owner: ${'a.'.repeat(25_000)}@${'b.'.repeat(5000)}` }),
    'a long range': yaml({ network: `network: { egress: [{ name: a, cidr: "${':'.repeat(60_000)}", ports: [] }] }` }),
    'many members': yaml({
      members: `members: [${Array.from({ length: 4000 }, (_, index) => `a${index}@b.kr`).join(',')}]`,
    }),
    'many equal members': yaml({ members: `members: [${'a@b.kr,'.repeat(8000)}]` }),
    'control characters': '\u0001'.repeat(60_000),
    'more than 64 KiB': yaml({ more: `# ${'x'.repeat(65_536)}` }),
    '10 MB': 'a: b\n'.repeat(2_000_000),
    '10 MB of brackets': '['.repeat(10_000_000),
  };
  test.each(Object.entries(large))('answers %s in bounded time', (_, text) => {
    const began = performance.now();
    const failure = refused(text);
    const spent = performance.now() - began;
    expect(failure.issues.length).toBeGreaterThan(0);
    expect(failure.issues.length).toBeLessThanOrEqual(50);
    expect(renderSpec(failure, 'ko').length).toBeLessThan(60_000);
    // A wide bound for a busy machine; what is not bounded takes minutes.
    expect(spent).toBeLessThan(10_000);
  });
});
