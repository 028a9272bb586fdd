import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to broken syntax', () => {
  test('shows a tab as indentation', () => {
    expect(shown(yaml({ members: 'members:\n\t- dev@startup.example' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:5:1: a tab indents this line: use spaces
        4 | members:
        5 |  - dev@startup.example
          | ^

      testbed.yaml:5:1: 탭으로 들여썼습니다. 빈칸을 쓰십시오
        4 | members:
        5 |  - dev@startup.example
          | ^
      "
    `);
  });

  test('shows a quote that is not closed', () => {
    expect(shown(yaml({ participant: 'participant: "예시' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: this is not valid YAML (Missing closing "quote)
        2 | name: acme
        3 | participant: "예시
          |              ^

      testbed.yaml:3:14: YAML 문법에 맞지 않습니다 (Missing closing "quote)
        2 | name: acme
        3 | participant: "예시
          |              ^
      "
    `);
  });

  test('shows a second mapping on one line', () => {
    expect(shown(yaml({ participant: 'participant: 예시: 기업' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: a second mapping begins on this line: put the value in quotes or on lines of its own
        2 | name: acme
        3 | participant: 예시: 기업
          |              ^^

      testbed.yaml:3:14: 한 줄에서 또 다른 맵이 시작됩니다. 값을 따옴표로 묶거나 다음 줄에 쓰십시오
        2 | name: acme
        3 | participant: 예시: 기업
          |              ^^
      "
    `);
  });

  test('shows a value that begins with a reserved character', () => {
    expect(shown(yaml({ participant: 'participant: @예시' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: a value cannot begin with this character: put the value in quotes
        2 | name: acme
        3 | participant: @예시
          |              ^

      testbed.yaml:3:14: 값이 이 문자로 시작할 수 없습니다. 값을 따옴표로 묶으십시오
        2 | name: acme
        3 | participant: @예시
          |              ^
      "
    `);
  });

  test('shows a bidi control in a comment', () => {
    expect(shown(yaml({ grade: 'grade: open # \u202eevitisnes' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:6:15: the character U+202E controls how text is shown or read: take it out
        5 | owner: owner@agency.example
        6 | grade: open # <U+202E>evitisnes
          |               ^^^^^^^^

      testbed.yaml:6:15: 글의 표시나 해석을 바꾸는 제어 문자가 있습니다(U+202E). 빼십시오
        5 | owner: owner@agency.example
        6 | grade: open # <U+202E>evitisnes
          |               ^^^^^^^^
      "
    `);
  });

  test('shows a control character', () => {
    expect(shown(yaml({ participant: 'participant: a\u001b[31mb' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:15: the character U+001B controls how text is shown or read: take it out
        2 | name: acme
        3 | participant: a<U+001B>[31mb
          |               ^^^^^^^^

      testbed.yaml:3:15: 글의 표시나 해석을 바꾸는 제어 문자가 있습니다(U+001B). 빼십시오
        2 | name: acme
        3 | participant: a<U+001B>[31mb
          |               ^^^^^^^^
      "
    `);
  });

  test('shows deep nesting', () => {
    expect(shown(yaml({ more: `deep: ${'['.repeat(20)}${']'.repeat(20)}` }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: deep: there is no field 'deep' here: take it out
        7 | ends: 2027-03-01
        8 | deep: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]
          | ^^^^
          = accepted: apiVersion, name, participant, members, owner, grade, size, ends, database, ci, network

      testbed.yaml:8:22: deep[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: this is nested more than 16 levels deep: a spec needs at most 6
        7 | ends: 2027-03-01
        8 | deep: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]
          |                      ^^^^^^^^^^

      testbed.yaml:8:1: deep: 여기에 없는 필드입니다('deep'). 빼십시오
        7 | ends: 2027-03-01
        8 | deep: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]
          | ^^^^
          = 허용: apiVersion, name, participant, members, owner, grade, size, ends, database, ci, network

      testbed.yaml:8:22: deep[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: 16단계보다 깊게 중첩되었습니다. 명세에는 6단계면 충분합니다
        7 | ends: 2027-03-01
        8 | deep: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]
          |                      ^^^^^^^^^^
      "
    `);
  });
});
