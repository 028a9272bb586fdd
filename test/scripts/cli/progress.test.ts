import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { text, type StepEvent } from '../../../errors';
import type { DiagnosticSink } from '../../../scripts/cli/output';
import { createProgress } from '../../../scripts/cli/progress';

// The terminal is a recorder and the clock is ours: what is written is proved, not what a terminal makes of it.
const TITLE = text('etcd', 'etcd 준비');

function recorder(
  terminal: boolean,
  language: 'en' | 'ko' = 'en',
): { readonly sink: DiagnosticSink; readonly written: string[] } {
  const written: string[] = [];
  const sink: DiagnosticSink = {
    terminal,
    style: { language, colour: false },
    columns: () => 40,
    write: (words) => written.push(words),
  };
  return { sink, written };
}

function event(state: StepEvent['state'], more: Partial<StepEvent> = {}): StepEvent {
  return { id: 'tool:etcd', state, title: TITLE, index: 2, total: 5, ...more };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('without a terminal a step is a line at its start and one at its end', () => {
  const { sink, written } = recorder(false);
  const { onProgress } = createProgress(sink, () => 0);
  onProgress(event('start'));
  onProgress(event('done', { elapsedMs: 1234, detail: text('from the cache', '캐시') }));
  onProgress(event('start', { id: 'b' }));
  onProgress(event('failed', { id: 'b', elapsedMs: 187_000 }));
  expect(written).toEqual([
    '[2/5] etcd\n',
    '[2/5] etcd: done (from the cache) 1.2 s\n',
    '[2/5] etcd\n',
    '[2/5] etcd: failed 3:07\n',
  ]);
});

test('without a terminal updates are told at most every ten seconds, in the language of the reader', () => {
  const { sink, written } = recorder(false, 'ko');
  let now = 0;
  const { onProgress } = createProgress(sink, () => now);
  onProgress(event('start'));
  for (now = 1000; now <= 25_000; now += 1000)
    onProgress(event('update', { detail: text(`at ${now}`, `${now} 지점`) }));
  onProgress(event('skipped', { elapsedMs: now }));
  expect(written).toEqual([
    '[2/5] etcd 준비\n',
    '[2/5] etcd 준비 (10000 지점) 10.0 s\n',
    '[2/5] etcd 준비 (20000 지점) 20.0 s\n',
    '[2/5] etcd 준비: 건너뜀 26.0 s\n',
  ]);
});

test('on a terminal running steps are live lines that give way to what is done', () => {
  const { sink, written } = recorder(true);
  let now = 0;
  const progress = createProgress(sink, () => now);
  progress.onProgress(event('start'));
  now = 100;
  vi.advanceTimersByTime(100);
  progress.onProgress(event('start', { id: 'b', title: text('kwok', 'kwok'), index: 3 }));
  now = 1500;
  progress.onProgress(event('done'));
  progress.onProgress(event('done', { id: 'b', title: text('kwok', 'kwok'), index: 3, elapsedMs: 1400 }));
  progress.close();
  expect(written).toEqual([
    '⠋ [2/5] etcd  0.0 s\n',
    '\u001b[1F\u001b[J⠙ [2/5] etcd  0.1 s\n',
    '\u001b[1F\u001b[J⠙ [2/5] etcd  0.1 s\n⠙ [3/5] kwok  0.0 s\n',
    '\u001b[2F\u001b[J',
    '✔ [2/5] etcd  1.5 s\n',
    '⠙ [3/5] kwok  1.4 s\n',
    '\u001b[1F\u001b[J',
    '✔ [3/5] kwok  1.4 s\n',
  ]);
});

test('a live line never grows wider than the terminal, and many steps never higher than eight', () => {
  const { sink, written } = recorder(true);
  const progress = createProgress(sink, () => 0);
  for (let step = 0; step < 12; step++)
    progress.onProgress(event('start', { id: `s${step}`, detail: text('x'.repeat(80), '') }));
  const last = written.at(-1) ?? '';
  const rows = last
    .slice(last.indexOf('J') + 1)
    .trimEnd()
    .split('\n');
  expect(rows).toHaveLength(9);
  expect(rows.at(-1)).toBe('  … and 4 more');
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(40);
  progress.close();
});

test('nothing is drawn after the end', () => {
  const { sink, written } = recorder(true);
  const progress = createProgress(sink, () => 0);
  progress.onProgress(event('start'));
  progress.close();
  const until = written.length;
  vi.advanceTimersByTime(5000);
  expect(written).toHaveLength(until);
});
