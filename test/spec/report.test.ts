import { describe, expect, test } from 'vitest';
import { displayWidth, judgeGrade, reportSpec, renderSpec, specInvalid, visible } from '../../spec';
import { loaded, refused, yaml } from './given';

describe('a report', () => {
  test('comes as lines with roles, so that a printer may colour them', () => {
    const lines = reportSpec(refused(yaml({ name: 'name: A', size: 'size: 1' })), 'en');
    expect(lines.map(({ role }) => role)).toEqual([
      'message',
      'source',
      'source',
      'caret',
      'accepted',
      'blank',
      'message',
      'source',
      'source',
      'caret',
      'accepted',
    ]);
  });

  test('holds no colour and no control character', () => {
    const text = yaml({ participant: 'participant: "\u001b[31m\u0007"', more: '"\u202e\\u001b": 1' });
    expect(renderSpec(refused(text), 'ko')).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('puts the caret under the value after wide characters', () => {
    const text = yaml({ database: "'데이터': 1", more: 'network: {이름: 값, egress: [한글]}' });
    const carets = reportSpec(refused(text), 'en').filter(({ role }) => role === 'caret');
    expect(carets.map((line) => line.text)).toEqual([
      '    | ^^^^^^^^',
      `    | ${' '.repeat('network: {'.length)}^^^^`,
      `    | ${' '.repeat('network: {'.length + 4 + ': '.length + 2 + ', egress: ['.length)}^^^^`,
    ]);
  });

  test('counts the width of escaped characters', () => {
    const [caret] = reportSpec(refused(yaml({ grade: 'grade: "\u00a0"' })), 'en').filter(
      ({ role }) => role === 'caret',
    );
    expect(caret?.text).toBe(`    |        ${'^'.repeat('"<U+00A0>"'.length)}`);
  });

  test('cuts long lines around the value', () => {
    const text = yaml({
      members: `members: [${Array.from({ length: 40 }, (_, i) => `user${i}@startup.example`).join(', ')}, 스타트업]`,
    });
    const lines = reportSpec(refused(text), 'en');
    expect(lines.map((line) => displayWidth(line.text)).filter((width) => width > 220)).toEqual([]);
    const [source = '', caret = ''] = lines
      .filter(({ role }) => role === 'source' || role === 'caret')
      .slice(1)
      .map((line) => line.text);
    expect(source.indexOf('스타트업')).toBe(caret.indexOf('^'));
    expect(source).toMatch(/\| ….*스타트업\]$/);
  });

  test('says how many problems it leaves out', () => {
    const failure = refused(yaml({ more: Array.from({ length: 60 }, (_, index) => `field${index}: 1`).join('\n') }));
    expect([reportSpec(failure, 'en').at(-1), reportSpec(failure, 'ko').at(-1)]).toEqual([
      { role: 'summary', text: 'and 10 more' },
      { role: 'summary', text: '그 밖에 10개' },
    ]);
  });

  test('is the details of the error, line by line in both languages', () => {
    const failure = refused(yaml({ name: 'name: A', size: 'size: 1' }));
    const error = specInvalid(failure);
    expect([error.code, error.outcome, error.text]).toEqual([
      'SpecInvalid',
      'usage',
      { en: 'testbed.yaml has 2 problems', ko: 'testbed.yaml에 문제가 2개 있습니다' },
    ]);
    expect(error.details.map(({ en }) => en).join('\n')).toBe(renderSpec(failure, 'en'));
    expect(error.details.map(({ ko }) => ko).join('\n')).toBe(renderSpec(failure, 'ko'));
  });
});

describe('columns and unseen characters', () => {
  test.each([
    ['abc', 3],
    ['한글', 4],
    ['한글'.normalize('NFD'), 4],
    ['漢字かな', 8],
    ['ＡＢ', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['🚀', 2],
    ['…', 1],
    ['', 0],
  ])('%s takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test('are spelled out', () => {
    expect(visible('a\u202e\u0000\u200b\u00a0\ud800b 한')).toBe('a<U+202E><U+0000><U+200B><U+00A0><U+D800>b 한');
  });
});

describe('the grade', () => {
  test.each(['open', 'sensitive'])('%s is let through', (grade) => {
    expect(judgeGrade(loaded(yaml({ grade: `grade: ${grade}` })))).toMatchObject({ ok: true, spec: { grade } });
  });

  test('classified is a valid thing to say and refused with its reason', () => {
    const judgement = judgeGrade(loaded(yaml({ grade: 'grade: classified' })));
    if (judgement.ok) throw new Error('let through');
    expect([judgement.refusal.code, judgement.refusal.outcome]).toEqual(['GradeRefused', 'refused']);
    expect(judgement.refusal.text).toMatchInlineSnapshot(`
      {
        "en": "grade 'classified' is refused: testbeds share their cluster's nodes, network and control plane, and classified (C) work needs an environment of its own",
        "ko": "등급 'classified'(기밀)는 받을 수 없습니다: 테스트베드는 노드, 네트워크, 제어 평면을 함께 쓰므로 기밀(C) 업무에는 전용 환경이 필요합니다",
      }
    `);
  });
});
