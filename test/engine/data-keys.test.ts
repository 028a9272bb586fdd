import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataKeys } from '../../engine/data-keys';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'testbed-keys-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the data keys of a site', () => {
  it('are 32 random bytes a stack, the same at every call', async () => {
    const keys = openDataKeys({ directory });
    const [one, other] = [await keys.forStack('tb-one'), await keys.forStack('tb-other')];
    expect(Buffer.from(one, 'base64')).toHaveLength(32);
    expect(one).not.toBe(other);
    expect(await openDataKeys({ directory }).forStack('tb-one')).toBe(one);
  });

  it('lie on disk wrapped, for their owner only', async () => {
    const key = await openDataKeys({ directory }).forStack('tb-one');
    for (const name of readdirSync(directory)) {
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(directory, name), 'utf8')).not.toContain(key);
    }
    expect(readdirSync(directory).sort()).toEqual(['site.secret', 'tb-one.key']);
  });

  it('agree when many ask for the first time at once', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => openDataKeys({ directory }).forStack('tb-one')));
    expect(new Set(asked).size).toBe(1);
  });

  it('cannot be swapped between stacks', async () => {
    const keys = openDataKeys({ directory });
    await keys.forStack('tb-one');
    writeFileSync(join(directory, 'tb-two.key'), readFileSync(join(directory, 'tb-one.key')));
    await expect(keys.forStack('tb-two')).rejects.toMatchObject({ code: 'StateUnreadable' });
  });

  it.each(['', '{}', '{"version":1,"nonce":"AAAA","tag":"AAAA","key":"AAAA"}'])(
    'are refused with the name of the file when it holds %j',
    async (content) => {
      const keys = openDataKeys({ directory });
      await keys.forStack('tb-one');
      writeFileSync(join(directory, 'tb-one.key'), content);
      await expect(keys.forStack('tb-one')).rejects.toMatchObject({
        code: 'StateUnreadable',
        message: expect.stringContaining(join(directory, 'tb-one.key')),
      });
    },
  );

  it('are new after an end', async () => {
    const keys = openDataKeys({ directory });
    const before = await keys.forStack('tb-one');
    await keys.end('tb-one');
    await keys.end('tb-one');
    expect(await keys.forStack('tb-one')).not.toBe(before);
  });

  it('belong to names of stacks only', async () => {
    await expect(openDataKeys({ directory }).forStack('../tb-one')).rejects.toMatchObject({ code: 'UsageWrong' });
  });
});
