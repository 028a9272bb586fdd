import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
    const [, , pid, started, namespace] = basename(living.path).split('-');
    // Our own number, started at another time: a process that is gone.
    const left = join(tmpdir(), `testbed-operation-${pid}-${Number(started) - 1}-${namespace}-abcdef`);
    const elsewhere = join(tmpdir(), `testbed-operation-${pid}-${Number(started) - 1}-1-abcdef`);
    const foreign = join(tmpdir(), `testbed-operation-${pid}-notes`);
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
