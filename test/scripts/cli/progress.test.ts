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

test('without a terminal a step that ends soon is one line', () => {
  const { sink, written } = recorder(false);
  const { onProgress } = createProgress(sink, () => 0);
  onProgress(event('start'));
  onProgress(event('done', { elapsedMs: 1234, detail: text('from the cache', '캐시') }));
  onProgress(event('start', { id: 'b', index: 1, total: 1 }));
  onProgress(event('failed', { id: 'b', elapsedMs: 187_000, index: 1, total: 1 }));
  onProgress(event('done', { id: 'c', elapsedMs: 49 }));
  vi.advanceTimersByTime(60_000);
  expect(written).toEqual([
    '[2/5] etcd: done (from the cache) 1.2 s\n',
    'etcd: failed 3 min 7 s\n',
    '[2/5] etcd: done\n',
  ]);
});

test('without a terminal one that goes on is told after three seconds and every ten, in the language of the reader', () => {
  const { sink, written } = recorder(false, 'ko');
  let now = 0;
  const { onProgress } = createProgress(sink, () => now);
  onProgress(event('start'));
  while (now < 26_000) {
    now += 1000;
    onProgress(event('update', { detail: text(`at ${now}`, `${now} 지점`) }));
    vi.advanceTimersByTime(1000);
  }
  onProgress(event('skipped', { elapsedMs: now }));
  expect(written).toEqual([
    '[2/5] etcd 준비 … (3000 지점) 3.0초\n',
    '[2/5] etcd 준비 … (13000 지점) 13.0초\n',
    '[2/5] etcd 준비 … (23000 지점) 23.0초\n',
    '[2/5] etcd 준비: 건너뜀 26.0초\n',
  ]);
});

test.each([
  [false, ['[1/2] cluster\n', '  [2/5] etcd: done 1.0 s\n', '[1/2] cluster: done (started) 2.0 s\n']],
  [true, ['[1/2] cluster\n', '  ✔ [2/5] etcd  1.0 s\n', '✔ [1/2] cluster  started  2.0 s\n']],
])('a step that encloses others is their heading, told at once (terminal: %s)', (terminal, lines) => {
  const { sink, written } = recorder(terminal);
  const progress = createProgress(sink, () => 0);
  const cluster = { id: 'stage', title: text('cluster', '클러스터'), index: 1, total: 2, encloses: true } as const;
  progress.onProgress(event('start', cluster));
  progress.onProgress(event('start'));
  progress.onProgress(event('done', { elapsedMs: 1000 }));
  progress.onProgress(event('done', { ...cluster, detail: text('started', '시작함'), elapsedMs: 2000 }));
  progress.close();
  const isLive = (words: string): boolean => words.startsWith('\u001b') || words.trimStart().startsWith('⠋');
  expect(written.filter((words) => !isLive(words))).toEqual(lines);
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
