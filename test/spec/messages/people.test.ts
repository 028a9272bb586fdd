import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong addresses of people', () => {
  test('shows an address with a character that is none of an address', () => {
    expect(shown(yaml({ members: 'members: [개발@startup.example]' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:4:11: members[0]: '개발@startup.example' has the character '개' (U+AC1C): use ASCII letters, digits, '.', '_', '+', '-' and one '@'
        3 | participant: 주식회사 예시
        4 | members: [개발@startup.example]
          |           ^^^^^^^^^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters

      testbed.yaml:4:11: members[0]: '개발@startup.example': 쓸 수 없는 문자가 있습니다('개' (U+AC1C)). 영문자, 숫자, '.', '_', '+', '-'와 '@' 하나만 쓰십시오
        3 | participant: 주식회사 예시
        4 | members: [개발@startup.example]
          |           ^^^^^^^^^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자
      "
    `);
  });

  test('shows an address without @', () => {
    expect(shown(yaml({ owner: 'owner: agency.example' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:5:8: owner: 'agency.example' needs exactly one '@': write it like hong@company.example
        4 | members: [dev@startup.example]
        5 | owner: agency.example
          |        ^^^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters, not one of the members

      testbed.yaml:5:8: owner: 'agency.example': '@'가 하나 있어야 합니다. hong@company.example처럼 쓰십시오
        4 | members: [dev@startup.example]
        5 | owner: agency.example
          |        ^^^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자, 구성원이 아닌 사람
      "
    `);
  });

  test('shows an address without a full domain', () => {
    expect(shown(yaml({ owner: 'owner: owner@agency' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:5:8: owner: 'owner@agency' is not an e-mail address: write it like hong@company.example
        4 | members: [dev@startup.example]
        5 | owner: owner@agency
          |        ^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters, not one of the members

      testbed.yaml:5:8: owner: 'owner@agency': 전자우편 주소가 아닙니다. hong@company.example처럼 쓰십시오
        4 | members: [dev@startup.example]
        5 | owner: owner@agency
          |        ^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자, 구성원이 아닌 사람
      "
    `);
  });

  test('shows an address that is too long', () => {
    expect(shown(yaml({ owner: `owner: ${'a'.repeat(300)}@agency.example` }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:5:8: owner: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' has 315 characters: an address has at most 254
        4 | members: [dev@startup.example]
        5 | owner: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters, not one of the members

      testbed.yaml:5:8: owner: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…': 315자입니다. 전자우편 주소는 254자 이하입니다
        4 | members: [dev@startup.example]
        5 | owner: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자, 구성원이 아닌 사람
      "
    `);
  });

  test('shows an address with a long local part', () => {
    expect(shown(yaml({ owner: `owner: ${'a'.repeat(65)}@agency.example` }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:5:8: owner: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' has 65 characters before '@': at most 64
        4 | members: [dev@startup.example]
        5 | owner: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@agency.example
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters, not one of the members

      testbed.yaml:5:8: owner: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…': '@' 앞이 65자입니다. 64자 이하로 쓰십시오
        4 | members: [dev@startup.example]
        5 | owner: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@agency.example
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자, 구성원이 아닌 사람
      "
    `);
  });

  test('shows members that differ in case alone', () => {
    expect(shown(yaml({ members: 'members: [dev@a.example, Dev@A.example]' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:4:26: members[1]: 'dev@a.example' is the same address as entry 1: name each person once
        3 | participant: 주식회사 예시
        4 | members: [dev@a.example, Dev@A.example]
          |                          ^^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters

      testbed.yaml:4:26: members[1]: 'dev@a.example': 1번째 항목과 같은 주소입니다. 한 사람은 한 번만 쓰십시오
        3 | participant: 주식회사 예시
        4 | members: [dev@a.example, Dev@A.example]
          |                          ^^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자
      "
    `);
  });

  test('shows no members', () => {
    expect(shown(yaml({ members: 'members: []' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:4:10: members: the list has 0 entries: give at least 1
        3 | participant: 주식회사 예시
        4 | members: []
          |          ^^
          = accepted: a list of 1 to 50 e-mail addresses, each once

      testbed.yaml:4:10: members: 목록의 항목이 0개입니다. 1개 이상 쓰십시오
        3 | participant: 주식회사 예시
        4 | members: []
          |          ^^
          = 허용: 중복 없는 전자우편 주소 1~50개의 목록
      "
    `);
  });

  test('shows an owner who is a member', () => {
    expect(shown(yaml({ owner: 'owner: Dev@startup.example' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:5:8: owner: 'dev@startup.example' is also member 1: name an accountable person at the public body who is not a member
        4 | members: [dev@startup.example]
        5 | owner: Dev@startup.example
          |        ^^^^^^^^^^^^^^^^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters, not one of the members

      testbed.yaml:5:8: owner: 'dev@startup.example': 1번째 구성원이기도 합니다. 구성원이 아닌 공공기관의 책임자를 쓰십시오
        4 | members: [dev@startup.example]
        5 | owner: Dev@startup.example
          |        ^^^^^^^^^^^^^^^^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자, 구성원이 아닌 사람
      "
    `);
  });
});
