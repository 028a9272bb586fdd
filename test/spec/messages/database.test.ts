import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to a wrong database', () => {
  test('shows a database of another version', () => {
    expect(shown(yaml({ database: 'database: { engine: postgresql, version: 16 }' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:42: database.version: the number 16 is not accepted here: write 15
        7 | ends: 2027-03-01
        8 | database: { engine: postgresql, version: 16 }
          |                                          ^^
          = accepted: 15

      testbed.yaml:8:42: database.version: 숫자 16: 쓸 수 없는 값입니다. 허용되는 값: 15
        7 | ends: 2027-03-01
        8 | database: { engine: postgresql, version: 16 }
          |                                          ^^
          = 허용: 15
      "
    `);
  });

  test('shows an empty database', () => {
    expect(shown(yaml({ database: 'database: {}' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:1: database.engine: the field 'engine' is missing: add it
        7 | ends: 2027-03-01
        8 | database: {}
          | ^^^^^^^^
          = accepted: postgresql

      testbed.yaml:8:1: database.version: the field 'version' is missing: add it
        7 | ends: 2027-03-01
        8 | database: {}
          | ^^^^^^^^
          = accepted: 15

      testbed.yaml:8:1: database.engine: 필수 필드가 없습니다('engine'). 추가하십시오
        7 | ends: 2027-03-01
        8 | database: {}
          | ^^^^^^^^
          = 허용: postgresql

      testbed.yaml:8:1: database.version: 필수 필드가 없습니다('version'). 추가하십시오
        7 | ends: 2027-03-01
        8 | database: {}
          | ^^^^^^^^
          = 허용: 15
      "
    `);
  });

  test('shows a database that is not a mapping', () => {
    expect(shown(yaml({ database: 'database: postgresql' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:11: database: a mapping of fields is needed here, not 'postgresql'
        7 | ends: 2027-03-01
        8 | database: postgresql
          |           ^^^^^^^^^^
          = accepted: a mapping with engine, version and storage

      testbed.yaml:8:11: database: 필드의 맵 형식이어야 합니다. 지금 값: 'postgresql'
        7 | ends: 2027-03-01
        8 | database: postgresql
          |           ^^^^^^^^^^
          = 허용: engine, version, storage의 맵
      "
    `);
  });

  test('shows storage in another notation', () => {
    expect(shown(yaml({ database: 'database: { engine: postgresql, version: 15, storage: 1e9Gi }' })))
      .toMatchInlineSnapshot(`
        "
        testbed.yaml:8:55: database.storage: '1e9Gi' is not a quantity: write a whole number with Mi or Gi, such as 512Mi or 10Gi
          7 | ends: 2027-03-01
          8 | database: { engine: postgresql, version: 15, storage: 1e9Gi }
            |                                                       ^^^^^
            = accepted: a whole number with Mi or Gi, 100Mi up to the limit of the size: small 10Gi, medium 50Gi, large 100Gi

        testbed.yaml:8:55: database.storage: '1e9Gi': 용량 표기가 아닙니다. 512Mi, 10Gi처럼 정수에 Mi나 Gi를 붙여 쓰십시오
          7 | ends: 2027-03-01
          8 | database: { engine: postgresql, version: 15, storage: 1e9Gi }
            |                                                       ^^^^^
            = 허용: Mi나 Gi를 붙인 정수, 100Mi부터 크기별 한도까지: small 10Gi, medium 50Gi, large 100Gi
        "
      `);
  });

  test('shows storage out of bounds', () => {
    expect(shown(yaml({ database: 'database: { engine: postgresql, version: 15, storage: 101Gi }' })))
      .toMatchInlineSnapshot(`
        "
        testbed.yaml:8:55: database.storage: '101Gi' is outside the bounds: give 100Mi to 100Gi
          7 | ends: 2027-03-01
          8 | database: { engine: postgresql, version: 15, storage: 101Gi }
            |                                                       ^^^^^
            = accepted: a whole number with Mi or Gi, 100Mi up to the limit of the size: small 10Gi, medium 50Gi, large 100Gi

        testbed.yaml:8:55: database.storage: '101Gi': 허용 범위를 벗어났습니다. 100Mi~100Gi로 쓰십시오
          7 | ends: 2027-03-01
          8 | database: { engine: postgresql, version: 15, storage: 101Gi }
            |                                                       ^^^^^
            = 허용: Mi나 Gi를 붙인 정수, 100Mi부터 크기별 한도까지: small 10Gi, medium 50Gi, large 100Gi
        "
      `);
  });

  test('shows storage beyond the size that is given', () => {
    expect(
      shown(yaml({ size: 'size: medium', database: 'database: { engine: postgresql, version: 15, storage: 51Gi }' })),
    ).toMatchInlineSnapshot(`
      "
      testbed.yaml:9:55: database.storage: '51Gi' is more than a testbed of size 'medium' may hold: give 50Gi or less, or a larger size
        8 | size: medium
        9 | database: { engine: postgresql, version: 15, storage: 51Gi }
          |                                                       ^^^^
          = accepted: a whole number with Mi or Gi, 100Mi up to the limit of the size: small 10Gi, medium 50Gi, large 100Gi

      testbed.yaml:9:55: database.storage: '51Gi': 크기 'medium'의 한도를 넘습니다. 50Gi 이하로 쓰거나 더 큰 크기를 선택하십시오
        8 | size: medium
        9 | database: { engine: postgresql, version: 15, storage: 51Gi }
          |                                                       ^^^^
          = 허용: Mi나 Gi를 붙인 정수, 100Mi부터 크기별 한도까지: small 10Gi, medium 50Gi, large 100Gi
      "
    `);
  });

  test('shows storage beyond the size where none is given', () => {
    expect(shown(yaml({ database: 'database: { engine: postgresql, version: 15, storage: 10241Mi }' })))
      .toMatchInlineSnapshot(`
      "
      testbed.yaml:8:55: database.storage: '10241Mi' is more than a testbed of size 'small' may hold: give 10Gi or less, or a larger size
        7 | ends: 2027-03-01
        8 | database: { engine: postgresql, version: 15, storage: 10241Mi }
          |                                                       ^^^^^^^
          = accepted: a whole number with Mi or Gi, 100Mi up to the limit of the size: small 10Gi, medium 50Gi, large 100Gi

      testbed.yaml:8:55: database.storage: '10241Mi': 크기 'small'의 한도를 넘습니다. 10Gi 이하로 쓰거나 더 큰 크기를 선택하십시오
        7 | ends: 2027-03-01
        8 | database: { engine: postgresql, version: 15, storage: 10241Mi }
          |                                                       ^^^^^^^
          = 허용: Mi나 Gi를 붙인 정수, 100Mi부터 크기별 한도까지: small 10Gi, medium 50Gi, large 100Gi
      "
    `);
  });
});
