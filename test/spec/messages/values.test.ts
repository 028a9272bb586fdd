import { describe, expect, test } from 'vitest';
import { shown, yaml } from '../given';

// Every message as people read it, English first, then Korean: the words, the place and the caret.
describe('the answer to wrong values', () => {
  test('shows a grade that does not exist', () => {
    expect(shown(yaml({ grade: 'grade: opne' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:6:8: grade: 'opne' is not accepted here: did you mean 'open'?
        5 | owner: owner@agency.example
        6 | grade: opne
          |        ^^^^
          = accepted: open, sensitive

      testbed.yaml:6:8: grade: 'opne': 쓸 수 없는 값입니다. 혹시 'open'입니까?
        5 | owner: owner@agency.example
        6 | grade: opne
          |        ^^^^
          = 허용: open(공개), sensitive(민감)
      "
    `);
  });

  test('shows a grade that resembles none', () => {
    expect(shown(yaml({ grade: 'grade: 민감' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:6:8: grade: '민감' is not accepted here: did you mean 'sensitive'?
        5 | owner: owner@agency.example
        6 | grade: 민감
          |        ^^^^
          = accepted: open, sensitive

      testbed.yaml:6:8: grade: '민감': 쓸 수 없는 값입니다. 혹시 'sensitive'입니까?
        5 | owner: owner@agency.example
        6 | grade: 민감
          |        ^^^^
          = 허용: open(공개), sensitive(민감)
      "
    `);
  });

  test('shows a size that does not exist', () => {
    expect(shown(yaml({ size: 'size: huge' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:7: size: 'huge' is not accepted here: choose one of small, medium, large
        7 | ends: 2027-03-01
        8 | size: huge
          |       ^^^^
          = accepted: small, medium, large

      testbed.yaml:8:7: size: 'huge': 쓸 수 없는 값입니다. small, medium, large 중에서 고르십시오
        7 | ends: 2027-03-01
        8 | size: huge
          |       ^^^^
          = 허용: small, medium, large
      "
    `);
  });

  test('shows an end in another notation', () => {
    expect(shown(yaml({ ends: 'ends: 2027/03/01' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:7:7: ends: '2027/03/01' is not a date: write it as YYYY-MM-DD
        6 | grade: open
        7 | ends: 2027/03/01
          |       ^^^^^^^^^^
          = accepted: a date YYYY-MM-DD after today, at most 366 days ahead

      testbed.yaml:7:7: ends: '2027/03/01': 날짜가 아닙니다. YYYY-MM-DD 형식으로 쓰십시오
        6 | grade: open
        7 | ends: 2027/03/01
          |       ^^^^^^^^^^
          = 허용: 오늘보다 뒤이고 366일 이내인 날짜 YYYY-MM-DD
      "
    `);
  });

  test('shows an end that the calendar does not have', () => {
    expect(shown(yaml({ ends: 'ends: 2027-02-29' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:7:7: ends: '2027-02-29' is not in the calendar: write a day that exists
        6 | grade: open
        7 | ends: 2027-02-29
          |       ^^^^^^^^^^
          = accepted: a date YYYY-MM-DD after today, at most 366 days ahead

      testbed.yaml:7:7: ends: '2027-02-29': 달력에 없는 날짜입니다. 있는 날짜를 쓰십시오
        6 | grade: open
        7 | ends: 2027-02-29
          |       ^^^^^^^^^^
          = 허용: 오늘보다 뒤이고 366일 이내인 날짜 YYYY-MM-DD
      "
    `);
  });

  test('shows an end today', () => {
    expect(shown(yaml({ ends: 'ends: 2026-11-23' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:7:7: ends: '2026-11-23' is not after today (2026-11-23): give a date from 2026-11-24 to 2027-11-24
        6 | grade: open
        7 | ends: 2026-11-23
          |       ^^^^^^^^^^
          = accepted: a date YYYY-MM-DD after today, at most 366 days ahead

      testbed.yaml:7:7: ends: '2026-11-23': 오늘(2026-11-23)보다 뒤여야 합니다. 2026-11-24부터 2027-11-24까지의 날짜를 쓰십시오
        6 | grade: open
        7 | ends: 2026-11-23
          |       ^^^^^^^^^^
          = 허용: 오늘보다 뒤이고 366일 이내인 날짜 YYYY-MM-DD
      "
    `);
  });

  test('shows an end 367 days ahead', () => {
    expect(shown(yaml({ ends: 'ends: 2027-11-25' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:7:7: ends: '2027-11-25' is 367 days ahead, at most 366 are given: the latest date is 2027-11-24
        6 | grade: open
        7 | ends: 2027-11-25
          |       ^^^^^^^^^^
          = accepted: a date YYYY-MM-DD after today, at most 366 days ahead

      testbed.yaml:7:7: ends: '2027-11-25': 367일 뒤입니다. 최대 366일이므로 2027-11-24까지의 날짜를 쓰십시오
        6 | grade: open
        7 | ends: 2027-11-25
          |       ^^^^^^^^^^
          = 허용: 오늘보다 뒤이고 366일 이내인 날짜 YYYY-MM-DD
      "
    `);
  });

  test('shows CI, which joins later', () => {
    expect(shown(yaml({ ci: 'ci: true' }))).toMatchInlineSnapshot(`
      "
      testbed.yaml:8:5: ci: CI is not available yet: it joins later; leave the field out or say false
        7 | ends: 2027-03-01
        8 | ci: true
          |     ^^^^
          = accepted: false, or leave the field out

      testbed.yaml:8:5: ci: CI는 아직 쓸 수 없으며 나중에 제공됩니다. 필드를 빼거나 false로 쓰십시오
        7 | ends: 2027-03-01
        8 | ci: true
          |     ^^^^
          = 허용: false, 또는 필드를 쓰지 않음
      "
    `);
  });
});
