import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { currentProcess, tagOf, type ProcessIdentity } from '../../host/process-identity';
import { makeWorkDirectory, sweepWorkDirectories } from '../../engine/work-directory';

describe('a work directory', () => {
  it('is private, holds a project, and is gone when it is removed', () => {
    const work = makeWorkDirectory();
    for (const folder of [work.path, work.home, work.temporary]) expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(existsSync(join(work.path, 'Pulumi.yaml'))).toBe(true);
    work.remove();
    expect(existsSync(work.path)).toBe(false);
  });

  it('of a process that ended is swept, of a living one and of others it is not', () => {
    const living = makeWorkDirectory();
    const here = currentProcess();
    const named = (who: ProcessIdentity): string => join(tmpdir(), `testbed-operation-${tagOf(who)}-abcdef`);
    // Our own number, started at another time: a process that is gone.
    const left = named({ ...here, startedAt: '1' });
    const elsewhere = named({ ...here, startedAt: '1', pidNamespace: 'pid:[1]' });
    const foreign = join(tmpdir(), `testbed-operation-${here.pid}-notes`);
    for (const folder of [left, elsewhere, foreign]) mkdirSync(folder);
    try {
      sweepWorkDirectories();
      expect([living.path, left, elsewhere, foreign].map(existsSync)).toEqual([true, false, true, true]);
    } finally {
      living.remove();
      for (const folder of [left, elsewhere, foreign]) rmSync(folder, { recursive: true, force: true });
    }
  });
});
