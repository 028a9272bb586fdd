import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passwordFromFile } from '../../../engine/store/postgres-passfile';

const ASKED = { host: 'db.example.org', port: 5432, database: 'testbed', user: 'state' };

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-passfile-'));
  file = join(folder, '.pgpass');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a passfile', () => {
  it.each([
    ['db.example.org:5432:testbed:state:one', 'one'],
    ['*:*:*:*:any', 'any'],
    [
      '# db.example.org:5432:testbed:state:no\n\nother:5432:testbed:state:no\n*:5432:*:state:first\n*:*:*:*:second',
      'first',
    ],
    [String.raw`*:*:*:state:a\:b\\c`, String.raw`a:b\c`],
    ['*:*:*:someone:no', ''],
    ['*:*:*', ''],
    ['', ''],
  ])('with %j gives %j', (content, password) => {
    writeFileSync(file, content, { mode: 0o600 });
    expect(passwordFromFile(ASKED, { HOME: folder })).toBe(password);
    expect(passwordFromFile(ASKED, { PGPASSFILE: file })).toBe(password);
  });

  it('that is not there gives none', () => {
    expect(passwordFromFile(ASKED, { HOME: folder })).toBe('');
  });

  it('that others may read is refused', () => {
    writeFileSync(file, '*:*:*:*:secret-4711');
    chmodSync(file, 0o640);
    expect(() => passwordFromFile(ASKED, { HOME: folder })).toThrow(`others may read the passfile ${file}`);
  });
});
