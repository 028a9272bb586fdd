import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../kubernetes/retry-after';

const NOW = Date.parse('2026-03-01T10:00:00Z');

describe('Retry-After', () => {
  it.each<[string | string[] | undefined, number | undefined]>([
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['Sun, 01 Mar 2026 10:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
    ['Sun, 99 Mar 2026 09:00:00 GMT', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['12345678', undefined],
    ['2026-03-01T10:00:30Z', undefined],
    ['soon', undefined],
    ['', undefined],
    [['1', '2'], undefined],
    [undefined, undefined],
  ])('%s means', (header, milliseconds) => {
    expect(retryAfterMs(header, NOW)).toBe(milliseconds);
  });
});
