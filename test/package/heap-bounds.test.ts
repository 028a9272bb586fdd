import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../support/built-file';

const BOUND = `require(${JSON.stringify(builtFile('package/heap-bounds.js'))}).boundHeap();`;

function numberOf(program: string): number {
  return Number(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
}

/** Of a process that makes much that lives a little longer than one collection: MiB of its young generation. */
function youngMiB(begin: string): number {
  return numberOf(`${begin}
    let kept = [];
    for (let at = 0; at < 4_000_000; at += 1) {
      const made = { at, list: [at] };
      if (at % 20 === 0) kept.push(made);
      if (kept.length > 50_000) kept = kept.slice(25_000);
    }
    const young = require('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    process.stdout.write(String(young.space_size / 2 ** 20));`);
}

const YOUNG_ONLY = `require('node:v8').setFlagsFromString('--semi-space-growth-factor=1');`;

/** Of a process that holds some 20 MiB and exchanges a part of it again and again, with pauses in which the collector can follow: MiB that its heap had at most. */
function mostMiB(begin: string): number {
  return numberOf(`${begin}
    const made = () => Array.from({ length: 40 }, (_, at) => ({ at }));
    const held = Array.from({ length: 10_000 }, made);
    const never = new Int32Array(new SharedArrayBuffer(4));
    let most = 0;
    for (let at = 0; at < 200_000; at += 1) {
      held[at % held.length] = made();
      if (at % 2000 === 0) Atomics.wait(never, 0, 0, 4);
      if (at > 50_000 && at % 100 === 0) most = Math.max(most, process.memoryUsage().heapTotal);
    }
    process.stdout.write(String(most / 2 ** 20));`);
}

describe('the heap of a worker', () => {
  it('keeps its young generation as small as it was, where that of another process grows', () => {
    expect(youngMiB(BOUND)).toBeLessThanOrEqual(4);
    expect(youngMiB('')).toBeGreaterThan(16);
  });

  it('stays nearer to what it holds than that of another process, which grows to more than twice as much before it is collected', () => {
    expect(mostMiB(YOUNG_ONLY)).toBeGreaterThan(1.4 * mostMiB(BOUND));
  });
});
