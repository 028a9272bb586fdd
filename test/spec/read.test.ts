import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isTestbedError } from '../../errors';
import { readSpecFile, renderSpec, type LoadResult } from '../../spec';
import { loaded, NOW, yaml } from './given';

const folder = mkdtempSync(join(tmpdir(), 'spec-read-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function written(content: string | Buffer): string {
  const file = join(folder, `${files++}.yaml`);
  writeFileSync(file, content);
  return file;
}
const read = (file: string) => readSpecFile(file, { now: NOW });

function failureOf(result: LoadResult): string {
  if (result.ok) throw new Error('accepted');
  return renderSpec(
    {
      ...result,
      source: { ...result.source, file: 'f' },
      issues: result.issues.map((issue) => ({ ...issue, file: 'f' })),
    },
    'en',
  );
}

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('reading a file', () => {
  test('gives the spec, with or without a byte order mark and through a link', () => {
    const file = written(`\ufeff${yaml()}`);
    symlinkSync(file, join(folder, 'link.yaml'));
    expect(read(join(folder, 'link.yaml'))).toMatchObject({ ok: true, spec: loaded(yaml()) });
  });

  test('takes 64 KiB and no byte more', () => {
    const padding = (size: number) => `${yaml()}#${'x'.repeat(size - Buffer.byteLength(yaml()) - 1)}`;
    expect(read(written(padding(65_536))).ok).toBe(true);
    expect(failureOf(read(written(padding(65_537))))).toContain(
      'f:1:1: the file has 65537 bytes: a spec has at most 64 KiB',
    );
  });

  test('names the place of the first byte that is no UTF-8', () => {
    const cp949 = Buffer.concat([
      Buffer.from('name: acme\nparticipant: 예 '),
      Buffer.from([0xbf, 0xb9, 0xbd, 0xc3]),
      Buffer.from('\n'),
    ]);
    expect(failureOf(read(written(cp949)))).toMatchInlineSnapshot(`
      "f:2:16: the file is not UTF-8 from here on, maybe CP949 (EUC-KR): save it as UTF-8
        1 | name: acme
        2 | participant: 예 ����
          |                 ^"
    `);
  });

  test.each([
    ['a replacement character of its own before', [Buffer.from('a: "\ufffd"\nb: '), Buffer.from([0xff])], 'f:2:4:'],
    ['a cut character at the end', [Buffer.from('a: '), Buffer.from([0xed, 0x95])], 'f:1:4:'],
    ['an encoded surrogate', [Buffer.from('a: '), Buffer.from([0xed, 0xa0, 0x80])], 'f:1:4:'],
    ['an overlong slash', [Buffer.from('a: '), Buffer.from([0xc0, 0xaf])], 'f:1:4:'],
  ])('finds %s', (_, parts, place) => {
    expect(failureOf(read(written(Buffer.concat(parts))))).toContain(`${place} the file is not UTF-8 from here on`);
  });

  test('says that a file is UTF-16', () => {
    expect(failureOf(read(written(Buffer.from(`\ufeff${yaml()}`, 'utf16le'))))).toContain(
      'f:1:1: the file is UTF-16: save it as UTF-8',
    );
  });

  test('names a path whole, however long, and acts on nothing in it', () => {
    const far = join(folder, 'a'.repeat(200), '우리 명세\u202e.yaml');
    const error = thrownBy(() => read(far));
    if (!isTestbedError(error)) throw error;
    expect(error.message).toBe(`there is no file '${join(folder, 'a'.repeat(200), '우리 명세<U+202E>.yaml')}'`);
  });

  test('says how to begin where there is no file', () => {
    const error = thrownBy(() => read(join(folder, 'none.yaml')));
    if (!isTestbedError(error, 'SpecUnreadable')) throw error;
    expect(error.message).toMatch(/^there is no file '/);
    expect([error.outcome, error.hint?.en]).toEqual(['usage', 'testbed init']);
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  test('opens regular files only, and waits for nobody', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    for (const path of [folder, pipe, '/dev/null', '/dev/zero']) {
      const error = thrownBy(() => read(path));
      expect(isTestbedError(error, 'SpecUnreadable') && error.message).toMatch(/is not a regular file/);
    }
  });

  test('says why a file cannot be opened', () => {
    const error = thrownBy(() => read(join(written(yaml()), 'inside')));
    expect(isTestbedError(error, 'SpecUnreadable') && error.message).toMatch(/can't be read \(ENOTDIR/);
    const nul = thrownBy(() => read('a\0b'));
    expect(isTestbedError(nul, 'SpecUnreadable') && nul.message).toMatch(/^'a<U\+0000>b' can't be read/);
  });

  test('reads files that it may only read', () => {
    const file = written(yaml());
    chmodSync(file, 0o400);
    expect(read(file).ok).toBe(true);
  });
});
