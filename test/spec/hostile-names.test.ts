import { describe, expect, test } from 'vitest';
import { escaped, flaws, load, refused, yaml } from './given';

const named = (name: string) => yaml({ name: `name: ${name}` });

describe('names', () => {
  const good = [
    'abc',
    '0ab',
    'a-b',
    'a--b',
    '123',
    '1-2-3',
    `a${'-'.repeat(38)}b`,
    'x'.repeat(40),
    'xn--abc',
    'kubernetes',
    'tbx',
    'testbeds',
  ];
  test.each(good)('accepts %j', (name) => {
    expect(load(named(escaped(name))).ok).toBe(true);
  });

  const bad = [
    // not a label
    '',
    'a',
    'ab',
    '-',
    '--',
    '---',
    '-ab',
    'ab-',
    '-ab-',
    'x'.repeat(41),
    'x'.repeat(64),
    'x'.repeat(254),
    'ABC',
    'aBc',
    'abC',
    'a_b',
    '_abc',
    'abc_',
    'a.b',
    '.abc',
    'abc.',
    'a b',
    ' abc',
    'abc ',
    'a\tb',
    'abc\n',
    '\nabc',
    'abc\r\n',
    'a/b',
    'a\\b',
    'a:b',
    'a@b',
    'a%2fb',
    'a,b',
    'a;b',
    'a=b',
    'a+b',
    'a~b',
    'a*b',
    '*',
    '*.abc',
    'a#b',
    'a?b',
    'a&b',
    'a|b',
    // reserved
    'kube-system',
    'kube-public',
    'openshift-x',
    'default',
    'default-x',
    'testbed-system',
    'testbed-access',
    'tb-x7k2p9',
    'shared',
    // paths, shells, templates, markup, formulas
    '../../etc/passwd',
    '..',
    '...',
    './abc',
    '/etc',
    'abc/..',
    'C:\\x',
    'con\0',
    '$(id)',
    '`id`',
    '${HOME}',
    '{{abc}}',
    '<b>x</b>',
    '=1+1',
    '"abc"',
    "'abc'",
    // letters that fold, look or normalise into ASCII
    '\u212aube',
    'aſc',
    'ａｂｃ',
    'аbc',
    'αbc',
    'ábc',
    'a\u0301bc',
    'ıabc',
    'ⅰabc',
    '①②③',
    '٣٤٥',
    '𝒶𝒷𝒸',
    '한국어',
    '한국어'.normalize('NFD'),
    // unseen
    'a\u200bbc',
    'a\u200dbc',
    'abc\ufeff',
    'a\u00adbc',
    '\u202eabc',
    'a\u2066bc',
    'a\u00a0bc',
    'a\u3164bc',
    'a\u034fbc',
    '\u{e0041}abc',
    'a\u001b[2Jbc',
    'a\u0000bc',
    'a\u007fbc',
    'a\u0085bc',
    '\ud800abc',
    // prototype
    '__proto__',
    'hasOwnProperty',
  ];
  test.each(bad.map((name) => [escaped(name), JSON.stringify(name)]))('refuses %s', (name, raw) => {
    expect(flaws(named(raw))).toEqual([]);
    expect(flaws(named(name))).toEqual([]);
    expect(refused(named(name)).issues).toMatchObject([{ path: 'name', line: 2, column: 7 }]);
  });
});

describe('display names', () => {
  test.each(['주식회사 예시', '(주)한빛 AI-Lab #1', 'Zoë & Co.', '株式会社テスト', '🚀 로켓', '가'.repeat(80), 'e'])(
    'accepts %j',
    (name) => {
      expect(load(yaml({ participant: `participant: ${JSON.stringify(name)}` })).ok).toBe(true);
    },
  );

  const bad = [
    '',
    ' ',
    'a\u202eb',
    'a\u200bb',
    '가\u200d나',
    'a\u00adb',
    'a\u0007b',
    'a\nb',
    'a\u2028b',
    '\u3164',
    'a\u115fb',
    '한글'.normalize('NFD'),
    'e\u0301',
    '\u0301a',
    '가'.repeat(81),
    ' a',
    'a ',
    '\u00a0a',
    'a\u3000b',
    '\ue000',
    'a\ufffe',
    '\ud83d',
    '---',
    'a\ufe0f',
    '\u{e0061}x',
  ];
  test.each(bad.map((name) => [escaped(name), JSON.stringify(name)]))('refuses %s', (name, raw) => {
    const text = yaml({ participant: `participant: ${name}` });
    expect(flaws(text)).toEqual([]);
    expect(flaws(yaml({ participant: `participant: ${raw}` }))).toEqual([]);
    expect(refused(text).issues).toMatchObject([{ path: 'participant', line: 3, column: 14 }]);
  });
});

describe('addresses', () => {
  test.each(['a@b.kr', 'hong.gildong+test@sub.agency.example', 'A_B-c@x-y.example', `${'a'.repeat(64)}@b.example`])(
    'accepts %j',
    (address) => {
      expect(load(yaml({ owner: `owner: ${JSON.stringify(address)}` })).ok).toBe(true);
    },
  );

  const bad = [
    '',
    '@',
    'a@',
    '@b.example',
    'a@b',
    'a@@b.example',
    'a@b@c.example',
    'a b@c.example',
    '.a@b.example',
    'a.@b.example',
    'a..b@c.example',
    '-a@b.example',
    '=a@b.example',
    '+a@b.example',
    'a@-b.example',
    'a@b-.example',
    'a@b..example',
    'a@.example',
    'a@b.example.',
    'a@b.1',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    '"a"@b.example',
    'a\r\nBcc: x@b.example',
    'a@b.example\n',
    '<a@b.example>',
    'a@b.example,c@d.example',
    'a/../b@c.example',
    'system:masters',
    'system:serviceaccount:x:y',
    'ａ@b.example',
    'a@exаmple.example',
    'a@\u212aube.example',
    `a@${'b'.repeat(64)}.example`,
    `${'a'.repeat(65)}@b.example`,
    `a@${'b.'.repeat(130)}example`,
    "a'b@c.example",
    'a`b@c.example',
    'a$b@c.example',
  ];
  test.each(bad.map(escaped))('refuses %s as owner and as member', (address) => {
    expect(flaws(yaml({ owner: `owner: ${address}` }))).toEqual([]);
    expect(flaws(yaml({ members: `members: [${address}]` }))).toEqual([]);
  });
});
