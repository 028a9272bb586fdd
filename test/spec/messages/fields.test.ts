import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong fields', () => {
  test('shows a missing field', () => {
    expect(shown(yaml({ grade: undefined }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:1:1: grade: the field 'grade' is missing: add it
        1 | apiVersion: testbed/v1
          | ^^^^^^^^^^
          = accepted: open, sensitive

      testbed.yaml:1:1: grade: 필수 필드가 없습니다('grade'). 추가하십시오
        1 | apiVersion: testbed/v1
          | ^^^^^^^^^^
          = 허용: open(공개), sensitive(민감)
      "
    `);
  });

  test('shows several missing fields at once', () => {
    expect(shown('name: acme\n')).toMatchInlineSnapshot(`
      "
      testbed.yaml:1:1: apiVersion: the field 'apiVersion' is missing: add it
        1 | name: acme
          | ^^^^
          = accepted: testbed/v1

      testbed.yaml:1:1: participant: the field 'participant' is missing: add it
        1 | name: acme
          | ^^^^
          = accepted: 1 to 80 characters on one line, in composed form (NFC), without control or invisible characters

      testbed.yaml:1:1: members: the field 'members' is missing: add it
        1 | name: acme
          | ^^^^
          = accepted: a list of 1 to 50 e-mail addresses, each once

      testbed.yaml:1:1: owner: the field 'owner' is missing: add it
        1 | name: acme
          | ^^^^
          = accepted: an e-mail address in ASCII, at most 254 characters, not one of the members

      testbed.yaml:1:1: grade: the field 'grade' is missing: add it
        1 | name: acme
          | ^^^^
          = accepted: open, sensitive

      testbed.yaml:1:1: ends: the field 'ends' is missing: add it
        1 | name: acme
          | ^^^^
          = accepted: a date YYYY-MM-DD after today, at most 366 days ahead

      testbed.yaml:1:1: apiVersion: 필수 필드가 없습니다('apiVersion'). 추가하십시오
        1 | name: acme
          | ^^^^
          = 허용: testbed/v1

      testbed.yaml:1:1: participant: 필수 필드가 없습니다('participant'). 추가하십시오
        1 | name: acme
          | ^^^^
          = 허용: 한 줄 1~80자, 완성형(NFC), 제어 문자와 보이지 않는 문자 제외

      testbed.yaml:1:1: members: 필수 필드가 없습니다('members'). 추가하십시오
        1 | name: acme
          | ^^^^
          = 허용: 중복 없는 전자우편 주소 1~50개의 목록

      testbed.yaml:1:1: owner: 필수 필드가 없습니다('owner'). 추가하십시오
        1 | name: acme
          | ^^^^
          = 허용: ASCII 전자우편 주소, 최대 254자, 구성원이 아닌 사람

      testbed.yaml:1:1: grade: 필수 필드가 없습니다('grade'). 추가하십시오
        1 | name: acme
          | ^^^^
          = 허용: open(공개), sensitive(민감)

      testbed.yaml:1:1: ends: 필수 필드가 없습니다('ends'). 추가하십시오
        1 | name: acme
          | ^^^^
          = 허용: 오늘보다 뒤이고 366일 이내인 날짜 YYYY-MM-DD
      "
    `);
  });

  test('shows an unknown field with the field that was meant', () => {
    expect(shown(yaml({ more: 'particpant: x' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: particpant: there is no field 'particpant' here: did you mean 'participant'?
        7 | ends: 2027-03-01
        8 | particpant: x
          | ^^^^^^^^^^
          = accepted: apiVersion, name, participant, members, owner, grade, size, ends, database, ci, network

      testbed.yaml:8:1: particpant: 여기에 없는 필드입니다('particpant'). 혹시 'participant'입니까?
        7 | ends: 2027-03-01
        8 | particpant: x
          | ^^^^^^^^^^
          = 허용: apiVersion, name, participant, members, owner, grade, size, ends, database, ci, network
      "
    `);
  });

  test('shows an unknown field that resembles none', () => {
    expect(shown(yaml({ more: 'pod-security.kubernetes.io/enforce: privileged' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: pod-security.kubernetes.io/enforce: there is no field 'pod-security.kubernetes.io/enforce' here: take it out
        7 | ends: 2027-03-01
        8 | pod-security.kubernetes.io/enforce: privileged
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = accepted: apiVersion, name, participant, members, owner, grade, size, ends, database, ci, network

      testbed.yaml:8:1: pod-security.kubernetes.io/enforce: 여기에 없는 필드입니다('pod-security.kubernetes.io/enforce'). 빼십시오
        7 | ends: 2027-03-01
        8 | pod-security.kubernetes.io/enforce: privileged
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = 허용: apiVersion, name, participant, members, owner, grade, size, ends, database, ci, network
      "
    `);
  });

  test('shows an unknown field inside a mapping', () => {
    expect(shown(yaml({ database: 'database: { engine: postgresql, version: 15, size: 1Gi }' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:8:46: database.size: there is no field 'size' here: take it out
        7 | ends: 2027-03-01
        8 | database: { engine: postgresql, version: 15, size: 1Gi }
          |                                              ^^^^
          = accepted: engine, version, storage

      testbed.yaml:8:46: database.size: 여기에 없는 필드입니다('size'). 빼십시오
        7 | ends: 2027-03-01
        8 | database: { engine: postgresql, version: 15, size: 1Gi }
          |                                              ^^^^
          = 허용: engine, version, storage
      "
    `);
  });

  test('shows another format version', () => {
    expect(shown(yaml({ apiVersion: 'apiVersion: testbed/v2' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:1:13: apiVersion: 'testbed/v2' is not accepted here: did you mean 'testbed/v1'?
        1 | apiVersion: testbed/v2
          |             ^^^^^^^^^^
          = accepted: testbed/v1

      testbed.yaml:1:13: apiVersion: 'testbed/v2': 쓸 수 없는 값입니다. 혹시 'testbed/v1'입니까?
        1 | apiVersion: testbed/v2
          |             ^^^^^^^^^^
          = 허용: testbed/v1
      "
    `);
  });
});
