import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong participants', () => {
  test('shows a participant with a hidden character', () => {
    expect(shown(yaml({ participant: 'participant: "예시\\u200b기업"' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: participant: '예시<U+200B>기업' has the invisible or control character U+200B: take it out
        2 | name: acme
        3 | participant: "예시\\u200b기업"
          |              ^^^^^^^^^^^^^^^^
          = accepted: 1 to 80 characters on one line, in composed form (NFC), without control or invisible characters

      testbed.yaml:3:14: participant: '예시<U+200B>기업': 보이지 않는 문자나 제어 문자가 있습니다(U+200B). 빼십시오
        2 | name: acme
        3 | participant: "예시\\u200b기업"
          |              ^^^^^^^^^^^^^^^^
          = 허용: 한 줄 1~80자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외
      "
    `);
  });

  test('shows a participant in decomposed Hangul', () => {
    expect(shown(yaml({ participant: `participant: ${'예시'.normalize('NFD')}` }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: participant: '예시' is written in decomposed characters: type it again in composed form (NFC), '예시'
        2 | name: acme
        3 | participant: 예시
          |              ^^^^
          = accepted: 1 to 80 characters on one line, in composed form (NFC), without control or invisible characters

      testbed.yaml:3:14: participant: '예시': 자모가 분리된 문자입니다. 완성형(NFC)으로 다시 입력하십시오: '예시'
        2 | name: acme
        3 | participant: 예시
          |              ^^^^
          = 허용: 한 줄 1~80자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외
      "
    `);
  });

  test('shows a participant of 81 characters', () => {
    expect(shown(yaml({ participant: `participant: ${'가'.repeat(81)}` }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: participant: '가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가…' has 81 characters: give at most 80
        2 | name: acme
        3 | participant: 가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = accepted: 1 to 80 characters on one line, in composed form (NFC), without control or invisible characters

      testbed.yaml:3:14: participant: '가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가…': 81자입니다. 80자 이하로 쓰십시오
        2 | name: acme
        3 | participant: 가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가가
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = 허용: 한 줄 1~80자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외
      "
    `);
  });

  test('shows a participant with a space before it', () => {
    expect(shown(yaml({ participant: 'participant: " 예시"' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: participant: ' 예시' begins or ends with a space: take it out
        2 | name: acme
        3 | participant: " 예시"
          |              ^^^^^^^
          = accepted: 1 to 80 characters on one line, in composed form (NFC), without control or invisible characters

      testbed.yaml:3:14: participant: ' 예시': 앞이나 뒤에 빈칸이 있습니다. 빼십시오
        2 | name: acme
        3 | participant: " 예시"
          |              ^^^^^^^
          = 허용: 한 줄 1~80자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외
      "
    `);
  });

  test('shows a participant of punctuation alone', () => {
    expect(shown(yaml({ participant: 'participant: "..."' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:3:14: participant: '...' does not read as a name: begin with a letter or a digit and use at least one
        2 | name: acme
        3 | participant: "..."
          |              ^^^^^
          = accepted: 1 to 80 characters on one line, in composed form (NFC), without control or invisible characters

      testbed.yaml:3:14: participant: '...': 이름으로 읽을 수 없습니다. 글자나 숫자를 하나 이상 쓰십시오
        2 | name: acme
        3 | participant: "..."
          |              ^^^^^
          = 허용: 한 줄 1~80자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외
      "
    `);
  });
});
