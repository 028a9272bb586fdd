import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, isWithin, parseVersion } from '../../../platform/toolchain/versions';

const numbers = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99));
const words = numbers.map((version) => version.join('.'));

describe('versions', () => {
  test('compare by number, in every order', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const [one, other] = [a.join('.'), b.join('.')];
        const expected = a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
        expect(Math.sign(compareVersions(one, other))).toBe(Math.sign(expected));
        expect(Math.sign(compareVersions(other, one))).toBe(Math.sign(-expected) + 0);
      }),
    );
  });

  test('lie in a range from its beginning up to, without, its end', () => {
    fc.assert(
      fc.property(words, words, words, (version, from, below) => {
        const expected = compareVersions(version, from) >= 0 && compareVersions(version, below) < 0;
        expect(isWithin(version, { from, below })).toBe(expected);
      }),
    );
  });

  test.each([
    ['v1.34.4', [1, 34, 4], false],
    ['go1.26', [1, 26, 0], false],
    ['1.34.4+k3s1', [1, 34, 4], false],
    ['1.34.4-eks-1', [1, 34, 4], false],
    ['1.35.0-rc.1', [1, 35, 0], true],
    ['1.26rc1', [1, 26, 0], true],
    ['3.260.0-alpha.x', [3, 260, 0], true],
  ])('%s is read', (version, expected, isPrerelease) => {
    expect(parseVersion(version)).toEqual({ numbers: expected, isPrerelease });
  });

  test.each(['', 'latest', '1', 'v', '1.x.2', '99999999.1.1'])('"%s" is none', (version) => {
    expect(parseVersion(version)).toBeUndefined();
    expect(isWithin(version, { from: '0.0.0', below: '9.0.0' })).toBe(false);
  });
});
