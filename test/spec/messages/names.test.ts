import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong names', () => {
  test('shows a capital letter in the name', () => {
    expect(shown(yaml({ name: 'name: Acme' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'Acme' has the capital letter 'A': use lower case
        1 | apiVersion: testbed/v1
        2 | name: Acme
          |       ^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 'Acme': 대문자가 있습니다('A'). 소문자로 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: Acme
          |       ^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a character that looks like an ASCII letter', () => {
    expect(shown(yaml({ name: 'name: \u212aube' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'Kube' has the character 'K' (U+212A): use lower-case ASCII letters, digits and '-'
        1 | apiVersion: testbed/v1
        2 | name: Kube
          |       ^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 'Kube': 쓸 수 없는 문자가 있습니다('K' (U+212A)). 영문 소문자, 숫자, 하이픈(-)만 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: Kube
          |       ^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a name in Hangul', () => {
    expect(shown(yaml({ name: 'name: 스타트업 # 이름' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: '스타트업' has the character '스' (U+C2A4): use lower-case ASCII letters, digits and '-'
        1 | apiVersion: testbed/v1
        2 | name: 스타트업 # 이름
          |       ^^^^^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: '스타트업': 쓸 수 없는 문자가 있습니다('스' (U+C2A4)). 영문 소문자, 숫자, 하이픈(-)만 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: 스타트업 # 이름
          |       ^^^^^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a name of two characters', () => {
    expect(shown(yaml({ name: 'name: ab' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'ab' has 2 characters: give 3 to 40
        1 | apiVersion: testbed/v1
        2 | name: ab
          |       ^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 'ab': 2자입니다. 3~40자로 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: ab
          |       ^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a name that ends with a hyphen', () => {
    expect(shown(yaml({ name: 'name: acme-' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'acme-' begins or ends with '-': begin and end with a lower-case letter or a digit
        1 | apiVersion: testbed/v1
        2 | name: acme-
          |       ^^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 'acme-': 하이픈(-)으로 시작하거나 끝날 수 없습니다. 소문자나 숫자로 시작하고 끝내십시오
        1 | apiVersion: testbed/v1
        2 | name: acme-
          |       ^^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a reserved beginning', () => {
    expect(shown(yaml({ name: 'name: kube-acme' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'kube-acme' begins with 'kube-', which is reserved: choose another beginning
        1 | apiVersion: testbed/v1
        2 | name: kube-acme
          |       ^^^^^^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 'kube-acme': 예약된 앞부분('kube-')으로 시작합니다. 다르게 시작하는 이름을 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: kube-acme
          |       ^^^^^^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows the name of the shared stack', () => {
    expect(shown(yaml({ name: 'name: shared' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'shared' is reserved for what the whole cluster shares: choose another name
        1 | apiVersion: testbed/v1
        2 | name: shared
          |       ^^^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 'shared': 클러스터 공용으로 예약된 이름입니다. 다른 이름을 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: shared
          |       ^^^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows an empty name', () => {
    expect(shown(yaml({ name: 'name: ""' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: is empty: give 3 to 40 characters
        1 | apiVersion: testbed/v1
        2 | name: ""
          |       ^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 비어 있습니다: 3~40자로 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: ""
          |       ^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a name without a value', () => {
    expect(shown(yaml({ name: 'name:' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:1: name: has no value: give text
        1 | apiVersion: testbed/v1
        2 | name:
          | ^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:1: name: 값이 없습니다. 문자열 형식으로 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name:
          | ^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a number as a name', () => {
    expect(shown(yaml({ name: 'name: 2026' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: the number 2026 is not text: put it in quotes or write a name
        1 | apiVersion: testbed/v1
        2 | name: 2026
          |       ^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 숫자 2026: 문자열이 아닙니다. 따옴표로 묶거나 이름을 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: 2026
          |       ^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a boolean as a name', () => {
    expect(shown(yaml({ name: 'name: true' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: the boolean true is not text: put it in quotes or write a name
        1 | apiVersion: testbed/v1
        2 | name: true
          |       ^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 논리값 true: 문자열이 아닙니다. 따옴표로 묶거나 이름을 쓰십시오
        1 | apiVersion: testbed/v1
        2 | name: true
          |       ^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });

  test('shows a word that older YAML reads as a boolean', () => {
    expect(shown(yaml({ name: 'name: yes' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: 'yes' without quotes is not text to every YAML reader: put it in quotes
        1 | apiVersion: testbed/v1
        2 | name: yes
          |       ^^^

      testbed.yaml:2:7: name: 'yes': 따옴표가 없으면 YAML 프로그램에 따라 다르게 읽힙니다. 따옴표로 묶으십시오
        1 | apiVersion: testbed/v1
        2 | name: yes
          |       ^^^
      "
    `);
  });

  test('shows a list as a name', () => {
    expect(shown(yaml({ name: 'name: [acme]' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:2:7: name: text is needed here, not a list
        1 | apiVersion: testbed/v1
        2 | name: [acme]
          |       ^^^^^^
          = accepted: 3 to 40 lower-case ASCII letters, digits and '-', beginning and ending with a letter or a digit; reserved: kube-…, openshift-…, default…, testbed-…, tb-…, shared

      testbed.yaml:2:7: name: 문자열 형식이어야 합니다. 지금 값: 목록
        1 | apiVersion: testbed/v1
        2 | name: [acme]
          |       ^^^^^^
          = 허용: 영문 소문자, 숫자, '-'로 3~40자, 소문자나 숫자로 시작하고 끝남. 예약됨: kube-…, openshift-…, default…, testbed-…, tb-…, shared
      "
    `);
  });
});
