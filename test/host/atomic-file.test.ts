import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole, type AtomicWrite } from '../../host/atomic-file';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-file-'));
  file = join(folder, 'file');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a file that is written whole', () => {
  it.each<AtomicWrite>([{}, { durable: true }, { existing: 'keep' }, { mode: 0o640 }])(
    'has all of it: %j',
    (options) => {
      const content = '가'.repeat(100_000);
      expect(writeWhole(file, content, options)).toBe('written');
      expect(readFileSync(file, 'utf8')).toBe(content);
      expect(modeOf(file)).toBe(options.mode ?? 0o600);
      expect(readdirSync(folder)).toEqual(['file']);
    },
  );

  it('takes the place of one that is there, its mode included', () => {
    writeFileSync(file, 'old', { mode: 0o644 });
    expect(writeWhole(file, 'new')).toBe('written');
    expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['new', 0o600]);
  });

  it('leaves one that is there when it is to be kept', () => {
    writeFileSync(file, 'old');
    expect(writeWhole(file, 'new', { existing: 'keep' })).toBe('exists');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('leaves nothing when it can not be put in place', () => {
    const half = join(folder, 'half');
    const missing = join(folder, 'missing', 'file');
    expect(() => writeWhole(missing, 'new', { half })).toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not overwrite what stands where it is written first', () => {
    const half = join(folder, 'half');
    writeFileSync(half, "another's");
    expect(() => writeWhole(file, 'new', { half })).toThrow('EEXIST');
    expect(readFileSync(half, 'utf8')).toBe("another's");
  });
});
