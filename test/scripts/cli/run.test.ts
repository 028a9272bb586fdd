import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { TestbedError, text } from '../../../errors';
import { defineCommand, type CommandContext } from '../../../scripts/cli/command';
import type { CommandCatalogue } from '../../../scripts/cli/catalogue';
import { line } from '../../../scripts/cli/view';
import { callInProcess } from '../call';

// A command of the test's own in the real framework: proves what the framework does with results, failures and signals.
function withHandler(handler: (context: CommandContext) => Promise<{ readonly found: boolean }>): CommandCatalogue {
  const command = defineCommand({
    name: 'work',
    summary: text('work', '작업'),
    positionals: {},
    flags: {},
    examples: [],
    whenInterrupted: text('run it again', '다시 실행하세요'),
    handler: (_, context) => handler(context),
    view: ({ found }) => [line(text(`found: ${found}`, `찾음: ${found}`))],
    failure: ({ found }) =>
      found ? new TestbedError('DriftFound', text('something was found', '찾은 것이 있습니다')) : undefined,
  });
  return { groups: {}, entries: [{ name: 'work', load: () => Promise.resolve(command) }] };
}

test('a result is printed and is exit code 0', async () => {
  const catalogue = withHandler(() => Promise.resolve({ found: false }));
  expect(await callInProcess(['work'], { catalogue })).toEqual({ code: 0, stdout: 'found: false\n', stderr: '' });
  expect(await callInProcess(['work', '-o', 'json'], { catalogue })).toEqual({
    code: 0,
    stdout: '{\n  "found": false\n}\n',
    stderr: '',
  });
});

test('a result that is a failure is printed all the same', async () => {
  const catalogue = withHandler(() => Promise.resolve({ found: true }));
  expect(await callInProcess(['work'], { catalogue })).toEqual({
    code: 1,
    stdout: 'found: true\n',
    stderr: 'error: something was found\n',
  });
});

test('a texts of a result stands in the chosen language in JSON', async () => {
  const catalogue = withHandler(() =>
    Promise.resolve({ found: false, why: text('because', '때문에'), list: [text('a', '가')] }),
  );
  const { stdout } = await callInProcess(['work', '-o', 'json', '--lang', 'ko'], { catalogue });
  expect(JSON.parse(stdout)).toEqual({ found: false, why: '때문에', list: ['가'] });
});

test('a warning and an error keep their lines apart from foreign ones', async () => {
  const catalogue = withHandler((context) => {
    context.onWarning(text('careful:\nerror: forged', '주의'));
    throw new TestbedError('NotReady', text('not ready:\nhint: forged', ''), {
      details: [text('pod x:\nerror: forged', '')],
      hint: text('testbed show x', ''),
    });
  });
  expect(await callInProcess(['work'], { catalogue })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'warning: careful:\n  error: forged\nerror: not ready:\n  hint: forged\n  pod x:\n  error: forged\nhint: testbed show x\n',
  });
});

test('what nobody foresaw is our bug: exit code 70, with a stack and where to report it', async () => {
  const catalogue = withHandler(() => Promise.reject(new TypeError('x is not a function')));
  const { code, stdout, stderr } = await callInProcess(['work'], { catalogue });
  expect([code, stdout]).toEqual([70, '']);
  expect(stderr).toMatch(
    /^error: testbed itself failed, which is a bug: x is not a function\n {2}at .*run\.test\.ts.*\n(?: {2}at .*\n)*hint: report it as CONTRIBUTING\.md says/,
  );
});

test('the first signal aborts, and the work ends in order with what may be left', async () => {
  const signals = new EventEmitter();
  const catalogue = withHandler(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        signals.emit('SIGINT');
      }),
  );
  expect(await callInProcess(['work'], { catalogue, signals })).toEqual({
    code: 130,
    stdout: '',
    stderr: 'warning: stopping; once more ends at once\nerror: interrupted\nhint: run it again\n',
  });
  expect(signals.listenerCount('SIGINT')).toBe(0);
});

test('a foreign AbortError after a signal is an interruption, and without one it is a bug', async () => {
  const signals = new EventEmitter();
  const abort = (): Error => Object.assign(new Error('aborted'), { name: 'AbortError' });
  const interrupted = withHandler(() => {
    signals.emit('SIGTERM');
    return Promise.reject(new Error('read failed', { cause: abort() }));
  });
  expect((await callInProcess(['work'], { catalogue: interrupted, signals })).code).toBe(130);
  expect((await callInProcess(['work'], { catalogue: withHandler(() => Promise.reject(abort())) })).code).toBe(70);
});

test('one key press that arrives twice is one signal; a second one ends at once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const signals = new EventEmitter();
    const exits: number[] = [];
    const catalogue = withHandler(() => {
      for (const wait of [0, 20, 600]) {
        vi.advanceTimersByTime(wait);
        signals.emit('SIGINT');
      }
      return Promise.resolve({ found: false });
    });
    const { stderr } = await callInProcess(['work'], { catalogue, signals, exitAtOnce: (code) => exits.push(code) });
    expect(exits).toEqual([130]);
    expect(stderr).toBe(
      'warning: stopping; once more ends at once\nerror: ended at once; what was under way may be left half-made\nhint: run it again\n',
    );
  } finally {
    vi.useRealTimers();
  }
});
