import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../support/built-file';

/** Of a process that makes much that lives a little longer than one collection: MiB of its young generation. */
function youngMiB(begin: string): number {
  const program = `${begin}
    let kept = [];
    for (let at = 0; at < 4_000_000; at += 1) {
      const made = { at, list: [at] };
      if (at % 20 === 0) kept.push(made);
      if (kept.length > 50_000) kept = kept.slice(25_000);
    }
    const young = require('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    process.stdout.write(String(young.space_size / 2 ** 20));`;
  return Number(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
}

describe('the young generation of a worker', () => {
  it('stays as small as it was, where that of another process grows', () => {
    const module = JSON.stringify(builtFile('package/young-generation.js'));
    expect(youngMiB(`require(${module}).boundYoungGeneration();`)).toBeLessThanOrEqual(4);
    expect(youngMiB('')).toBeGreaterThan(16);
  });
});
