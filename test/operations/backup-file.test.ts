import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readBackup, writeBackup } from '../../operations/backup-file';

const root = mkdtempSync(join(tmpdir(), 'testbed-backup-file-'));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'each-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ABOUT = {
  testbed: 'care-lab',
  id: 'tb-x7k2p9',
  participant: '예시 스타트업',
  grade: 'open',
  engine: 'postgresql',
  engineVersion: 15,
  serverVersion: '15.8',
  takenAt: '2027-01-15T00:00:00.000Z',
} as const;
const signal = new AbortController().signal;

async function written(file: string, chunks: readonly Uint8Array[]): Promise<void> {
  const writer = await writeBackup(file);
  for (const chunk of chunks) await writer.write(chunk);
  await writer.finish(ABOUT);
}

async function contentOf(file: string): Promise<Buffer> {
  const backup = await readBackup(file, signal);
  expect(backup.about).toMatchObject(ABOUT);
  const chunks: Uint8Array[] = [];
  for await (const chunk of backup.content()) chunks.push(chunk);
  await backup.close();
  return Buffer.concat(chunks);
}

describe('a backup file', () => {
  it('gives back what was written, whatever it holds, and what it is of', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { minLength: 1, maxLength: 5 }),
        async (chunks) => {
          const file = join(mkdtempSync(join(folder, 'x-')), 'a.backup');
          await written(file, chunks);
          expect(await contentOf(file)).toEqual(Buffer.concat(chunks));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is for its owner alone, begins with what the database wrote, and has its name only when it is whole', async () => {
    const file = join(folder, 'a.backup');
    const writer = await writeBackup(file);
    await writer.write(Buffer.from('PGDMP'));
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^a\.backup\.[0-9a-f]{12}\.half$/)]);
    await writer.finish(ABOUT);
    expect(readdirSync(folder)).toEqual(['a.backup']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').startsWith('PGDMP\n{')).toBe(true);
  });

  it('that was abandoned leaves nothing', async () => {
    const writer = await writeBackup(join(folder, 'a.backup'));
    await writer.write(Buffer.from('PGDMP'));
    await writer.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is never written over another file, not even one that came meanwhile', async () => {
    const file = join(folder, 'a.backup');
    const writer = await writeBackup(file);
    await writer.write(Buffer.from('PGDMP'));
    writeFileSync(file, 'mine');
    await expect(writer.finish(ABOUT)).rejects.toMatchObject({ code: 'UsageWrong' });
    await writer.abandon();
    await expect(writeBackup(file)).rejects.toMatchObject({ code: 'UsageWrong' });
    expect(readdirSync(folder)).toEqual(['a.backup']);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('that was cut anywhere is refused', async () => {
    const file = join(folder, 'a.backup');
    await written(file, [Buffer.from('x'.repeat(10_000))]);
    for (let { size } = statSync(file); size > 0; size -= Math.ceil(size / 7)) {
      truncateSync(file, size - 1);
      await expect(readBackup(file, signal), String(size)).rejects.toMatchObject({ code: 'BackupRefused' });
    }
  });

  it('of which one bit changed is refused', async () => {
    const file = join(folder, 'a.backup');
    await written(file, [Buffer.from('x'.repeat(300))]);
    const whole = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(299), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        writeFileSync(file, changed);
        await expect(readBackup(file, signal)).rejects.toMatchObject({ code: 'BackupRefused' });
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['an empty file', ''],
    ['one line', '{"kind":"testbed database backup"}\n'],
    ['a text', 'apiVersion: testbed/v1\nname: care-lab\n'],
    ['a dump without a description', `PGDMP${'\0'.repeat(9000)}`],
    ['a description of another version', `x\n${JSON.stringify({ kind: 'testbed database backup', version: 2 })}\n`],
  ])('%s is refused', async (_, content) => {
    const file = join(folder, 'a.backup');
    writeFileSync(file, content);
    await expect(readBackup(file, signal)).rejects.toMatchObject({ code: 'BackupRefused' });
  });

  it('that is not there is named', async () => {
    await expect(readBackup(join(folder, 'none.backup'), signal)).rejects.toMatchObject({
      code: 'BackupRefused',
      message: expect.stringContaining('none.backup'),
    });
  });
});
