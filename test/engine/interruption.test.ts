import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EngineEvent, StackReference } from '../../engine/types';
import { STAND_IN_PROVIDER, openHarness, thrown } from './harness';

// The provider here is a stand-in that waits for ever where a test wants it to; the CLI, its signals and its locks are real.
const harness = openHarness({ provider: STAND_IN_PROVIDER, runners: 2 });

/** Pid of the CLI that works on a stack, as its own lock tells it. */
function cliOf(stack: StackReference): number {
  for (const work of readdirSync(tmpdir()).filter((name) => name.startsWith(`testbed-operation-${process.pid}-`))) {
    const folder = join(tmpdir(), work, 'state/.pulumi/locks/organization/testbed', stack.name);
    const [file] = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    if (file === undefined) continue;
    const lock: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (typeof lock === 'object' && lock !== null && 'pid' in lock && typeof lock.pid === 'number') return lock.pid;
  }
  throw new Error('no CLI works on the stack');
}

/** Resolves when the provider says that it waits: then the CLI is in the middle of its work. */
function whenWaiting(): { readonly onEvent: (event: EngineEvent) => void; readonly waiting: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    waiting: promise,
    onEvent: (event) => {
      if (event.type === 'status' && event.message.en === 'waits until it is told to stop') resolve();
    },
  };
}

describe('an operation that is interrupted', () => {
  it('stops in order, keeps what it made, unlocks, and can be taken up again', async () => {
    const stack = harness.stack();
    const abort = new AbortController();
    const { onEvent, waiting } = whenWaiting();
    const running = harness.run('up', stack, { objectFault: 'wait' }, { signal: abort.signal, onEvent });
    const refused = thrown(running);
    await waiting;
    abort.abort();
    expect((await refused).code).toBe('Interrupted');
    expect((await harness.state(stack))?.resources.map(({ id }) => id)).toContain(stack.name);
    expect((await harness.run('up', stack)).counts).toMatchObject({ create: expect.any(Number) });
    expect((await harness.run('up', stack)).counts).toEqual({ same: 3 });
    await harness.run('down', stack);
  });

  it('before it began touches nothing', async () => {
    const stack = harness.stack();
    await expect(harness.run('up', stack, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'Interrupted',
    });
    expect(await harness.state(stack)).toBeUndefined();
  });
});

describe('an engine that is killed', () => {
  it('is told as such, and does not stop the next run', async () => {
    const stack = harness.stack();
    const { onEvent, waiting } = whenWaiting();
    const running = harness.run('up', stack, { objectFault: 'wait' }, { onEvent });
    const refused = thrown(running);
    await waiting;
    process.kill(cliOf(stack), 'SIGKILL');
    const error = await refused;
    expect(error.code).toBe('EngineFailed');
    expect(error.message).toContain('SIGKILL');
    // Its state was never written, yet what it made is found again by name.
    expect((await harness.run('up', stack)).counts).toEqual({ create: 3 });
    await harness.run('down', stack);
  });
});

describe('a second operation on a stack', () => {
  it('is refused with the holder of the first, which goes on', async () => {
    const stack = harness.stack();
    const abort = new AbortController();
    const { onEvent, waiting } = whenWaiting();
    const first = harness.run('up', stack, { objectFault: 'wait' }, { signal: abort.signal, onEvent });
    const firstEnd = thrown(first);
    await waiting;
    await expect(harness.run('up', stack)).rejects.toMatchObject({
      code: 'OperationRunning',
      message: expect.stringContaining(`pid ${process.pid}`),
      hint: { en: expect.stringContaining(`kill -INT ${process.pid}`) },
    });
    // Looking is allowed meanwhile.
    expect((await harness.run('preview', stack)).kind).toBe('preview');
    abort.abort();
    expect((await firstEnd).code).toBe('Interrupted');
    await harness.run('down', stack);
  });
});
