import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to what no spec holds', () => {
  test('shows an empty file', () => {
    expect(shown('')).toMatchInlineSnapshot(`
      "
      testbed.yaml:1:1: the file is empty: write a spec, or let 'testbed init' write one
        1 |
          | ^
          = accepted: a mapping of fields

      testbed.yaml:1:1: 파일이 비어 있습니다. 명세를 쓰거나 'testbed init'으로 만드십시오
        1 |
          | ^
          = 허용: 필드의 맵
      "
    `);
  });

  test('shows a file that is no mapping', () => {
    expect(shown('- name: acme\n')).toMatchInlineSnapshot(`
      "
      testbed.yaml:1:1: a mapping of fields is needed here, not a list
        1 | - name: acme
          | ^^^^^^^^^^^^
          = accepted: a mapping of fields

      testbed.yaml:1:1: 필드의 맵 형식이어야 합니다. 지금 값: 목록
        1 | - name: acme
          | ^^^^^^^^^^^^
          = 허용: 필드의 맵
      "
    `);
  });

  test('shows a field that stands twice', () => {
    expect(shown(yaml({ more: 'name: other' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: the field 'name' stands on line 2 already: keep one of the two
        7 | ends: 2027-03-01
        8 | name: other
          | ^^^^

      testbed.yaml:8:1: 같은 필드가 2행에 이미 있습니다('name'). 하나만 남기십시오
        7 | ends: 2027-03-01
        8 | name: other
          | ^^^^
      "
    `);
  });

  test('shows an anchor and its alias', () => {
    expect(shown(yaml({ members: 'members: &all [dev@startup.example]', owner: 'owner: *all' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:4:15: members: the anchor '&all' is not accepted: take it out
        3 | participant: 주식회사 예시
        4 | members: &all [dev@startup.example]
          |               ^^^^^^^^^^^^^^^^^^^^^

      testbed.yaml:5:8: owner: the alias '*all' is not accepted: write the value itself
        4 | members: &all [dev@startup.example]
        5 | owner: *all
          |        ^^^^

      testbed.yaml:4:15: members: 앵커는 쓸 수 없습니다('&all'). 빼십시오
        3 | participant: 주식회사 예시
        4 | members: &all [dev@startup.example]
          |               ^^^^^^^^^^^^^^^^^^^^^

      testbed.yaml:5:8: owner: 별칭은 쓸 수 없습니다('*all'). 값을 직접 쓰십시오
        4 | members: &all [dev@startup.example]
        5 | owner: *all
          |        ^^^^
      "
    `);
  });

  test('shows a tag', () => {
    expect(shown(yaml({ name: 'name: !!binary YWNtZQ==' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:16: name: the tag 'tag:yaml.org,2002:binary' is not accepted: take it out and write a plain value
        1 | apiVersion: testbed/v1
        2 | name: !!binary YWNtZQ==
          |                ^^^^^^^^

      testbed.yaml:2:16: name: 태그는 쓸 수 없습니다('tag:yaml.org,2002:binary'). 태그를 빼고 값만 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: !!binary YWNtZQ==
          |                ^^^^^^^^
      "
    `);
  });

  test('shows a merge key', () => {
    expect(shown(yaml({ more: '<<: { size: small }' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: merge keys ('<<') are not accepted: write the fields themselves
        7 | ends: 2027-03-01
        8 | <<: { size: small }
          | ^^

      testbed.yaml:8:1: 병합 키('<<')는 쓸 수 없습니다. 필드를 직접 쓰십시오
        7 | ends: 2027-03-01
        8 | <<: { size: small }
          | ^^
      "
    `);
  });

  test('shows a prototype key', () => {
    expect(shown(yaml({ more: '__proto__: { grade: open }' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: '__proto__' is not accepted as a field name: take it out
        7 | ends: 2027-03-01
        8 | __proto__: { grade: open }
          | ^^^^^^^^^

      testbed.yaml:8:1: '__proto__': 필드 이름으로 쓸 수 없습니다. 빼십시오
        7 | ends: 2027-03-01
        8 | __proto__: { grade: open }
          | ^^^^^^^^^
      "
    `);
  });

  test('shows a second document', () => {
    expect(shown(`${yaml()}---\n${yaml()}`)).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: a second YAML document begins: keep one testbed in a file and take out '---'
        7 | ends: 2027-03-01
        8 | ---
          | ^^^

      testbed.yaml:8:1: 두 번째 YAML 문서가 시작됩니다. 파일 하나에 테스트베드 하나만 두고 '---'를 빼십시오
        7 | ends: 2027-03-01
        8 | ---
          | ^^^
      "
    `);
  });

  test('shows a directive', () => {
    expect(shown(`%YAML 1.1\n---\n${yaml()}`)).toMatchInlineSnapshot(`
      "
      testbed.yaml:1:1: YAML directives are not accepted: take this line out
        1 | %YAML 1.1
          | ^^^^^^^^^

      testbed.yaml:1:1: YAML 지시자는 쓸 수 없습니다. 이 줄을 빼십시오
        1 | %YAML 1.1
          | ^^^^^^^^^
      "
    `);
  });

  test('shows a key that is not text', () => {
    expect(shown(yaml({ more: '? [a, b]\n: c' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:3: a field name is plain text: put it in quotes or correct it
        7 | ends: 2027-03-01
        8 | ? [a, b]
          |   ^^^^^^

      testbed.yaml:8:3: 필드 이름은 문자열이어야 합니다. 따옴표로 묶거나 고치십시오
        7 | ends: 2027-03-01
        8 | ? [a, b]
          |   ^^^^^^
      "
    `);
  });
});
