import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClaim } from '../../engine/claims/claim-document';
import { createEngine } from '../../engine/engine';
import { publishedStacks } from '../../engine/published-state';
import type { EngineEvent } from '../../engine/types';
import { TestbedError, text } from '../../errors';
import type { ClusterConnection } from '../../kubernetes/types';
import { testSurroundings } from '../support/cluster';
import { STAND_IN_PROVIDER, openHarness, thrown } from './harness';

// The provider here is a stand-in (see its header); the CLI, the API server, threads, ports and state are real.
const harness = openHarness({ provider: STAND_IN_PROVIDER, runners: 3 });

function workDirectories(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`testbed-operation-${process.pid}-`));
}

async function stacks(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of publishedStacks(harness.store)) names.push(name);
  return names;
}

describe('an operation', () => {
  it('brings a stack up, leaves it alone, changes it, sees it as it is and takes it down', async () => {
    const stack = harness.stack();
    const first = await harness.run('up', stack);
    expect(first.counts).toEqual({ create: 3 });
    expect(first.outputs).toEqual({ namespace: stack.name, password: '[secret]' });
    expect(first.changes.map(({ resourceType, operation }) => `${operation} ${resourceType}`).sort()).toEqual([
      'create kubernetes:core/v1:ConfigMap',
      'create kubernetes:core/v1:Namespace',
      'create kubernetes:core/v1:Secret',
    ]);
    expect(await harness.exists(stack, 'Secret', 'credentials')).toBe(true);

    expect((await harness.run('up', stack)).counts).toEqual({ same: 3 });

    const changed = await harness.run('up', stack, { size: 2 });
    expect(changed.counts).toEqual({ same: 2, update: 1 });
    expect(changed.changes).toMatchObject([{ name: 'settings-0', operation: 'update', paths: ['data.size'] }]);

    expect((await harness.run('drift', stack)).counts).toEqual({ same: 3 });
    expect(await stacks()).toContain(stack.name);

    expect((await harness.run('down', stack)).counts).toEqual({ delete: 3 });
    expect(await harness.exists(stack, 'Namespace', stack.name)).toBe(false);
    expect(await stacks()).not.toContain(stack.name);
  });

  it('previews a new stack and leaves no trace of it', async () => {
    const stack = harness.stack();
    expect((await harness.run('preview', stack)).counts).toEqual({ create: 3 });
    expect(await harness.state(stack)).toBeUndefined();
    expect(await harness.exists(stack, 'Namespace', stack.name)).toBe(false);
  });

  it('finds nothing to take down where there is no stack', async () => {
    const result = await harness.run('down', harness.stack());
    expect(result).toMatchObject({ kind: 'down', changes: [], counts: {}, outputs: {}, warnings: [] });
  });

  it('tells its progress in order', async () => {
    const stack = harness.stack();
    const events: EngineEvent[] = [];
    await harness.run('up', stack, {}, { onEvent: (event) => events.push(event) });
    const told = events.map((event) => (event.type === 'resource' ? `${event.state} ${event.name}` : event.type));
    expect(told.slice(0, 2)).toEqual(['start namespace', 'done namespace']);
    expect(told.slice(2).sort()).toEqual([
      'done credentials',
      'done settings-0',
      'start credentials',
      'start settings-0',
    ]);
    await harness.run('down', stack);
  });

  it('removes its work directory, also when it fails', async () => {
    await thrown(harness.run('up', harness.stack(), { fault: 'throw' }));
    expect(workDirectories()).toEqual([]);
  });
});

describe('what an operation waits for', () => {
  it('is its credential: nothing is registered before it is there', async () => {
    const stack = harness.stack();
    const granted = Promise.withResolvers<ClusterConnection>();
    const events: EngineEvent[] = [];
    const run = harness.run('up', stack, {}, { connection: granted.promise, onEvent: (event) => events.push(event) });
    // The CLI has its settings written when it has started and asks for its program.
    const settings = (): boolean =>
      workDirectories().some((name) => existsSync(join(tmpdir(), name, `Pulumi.${stack.name}.yaml`)));
    await expect.poll(settings, { timeout: 20_000 }).toBe(true);
    expect(events).toEqual([]);
    granted.resolve(testSurroundings().connection);
    expect((await run).counts).toEqual({ create: 3 });
    await harness.run('down', stack);
  });

  it('ends it when it fails, with nothing touched', async () => {
    const stack = harness.stack();
    const refusal = new TestbedError('ClusterUnsuitable', text('no credential today', '오늘은 자격 증명이 없습니다'));
    const error = await thrown(harness.run('up', stack, {}, { connection: Promise.reject(refusal) }));
    expect(error).toBe(refusal);
    expect(await harness.state(stack)).toBeUndefined();
    expect(await harness.exists(stack, 'Namespace', stack.name)).toBe(false);
    expect(workDirectories()).toEqual([]);
    expect((await harness.run('up', stack)).counts).toEqual({ create: 3 });
    await harness.run('down', stack);
  });
});

describe('an engine of one runner', () => {
  it('lets operations wait for their turn, and goes on after one that could not start', async () => {
    const single = createEngine({ provider: STAND_IN_PROVIDER, runners: 1 });
    try {
      const [one, other, broken] = [harness.stack(), harness.stack(), harness.stack()];
      const results = await Promise.allSettled([
        harness.run('preview', one, {}, { engine: single }),
        harness.run('up', broken, {}, { engine: single, pulumi: join(tmpdir(), 'no-such-pulumi') }),
        harness.run('preview', other, {}, { engine: single }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    } finally {
      await single.close();
    }
  });

  it('ends what runs and what waits when it is closed', async () => {
    const single = createEngine({ provider: STAND_IN_PROVIDER, runners: 1 });
    const [running, waiting] = [harness.stack(), harness.stack()];
    const begun = Promise.withResolvers<void>();
    const onEvent = (event: EngineEvent): void => {
      if (event.type === 'status') begun.resolve();
    };
    const first = thrown(harness.run('up', running, { objectFault: 'wait' }, { engine: single, onEvent }));
    await begun.promise;
    const second = thrown(harness.run('up', waiting, {}, { engine: single }));
    await expect.poll(async () => (await readClaim(harness.store, waiting.name))?.claim.state).toBe('held');
    await single.close();
    expect((await first).code).toBe('EngineFailed');
    expect((await second).code).toBe('Interrupted');
    await harness.run('down', running);
  });
});

describe('a failure', () => {
  it('of the program tells its words', async () => {
    const error = await thrown(harness.run('up', harness.stack(), { fault: 'throw' }));
    expect([error.code, error.message]).toEqual(['EngineFailed', 'the program does not want to']);
  });

  it('of one program does not touch the others that run at the same time', async () => {
    const [good, bad, dead] = [harness.stack(), harness.stack(), harness.stack()];
    const results = await Promise.allSettled([
      harness.run('up', good, { maps: 5 }),
      harness.run('up', bad, { fault: 'late' }),
      harness.run('up', dead, { fault: 'exit' }),
    ]);
    const told = results.map((result) => (result.status === 'rejected' ? String(result.reason) : result.status));
    expect(told).toEqual([
      'fulfilled',
      'TestbedError: one or more errors occurred: thrown outside of the program',
      'TestbedError: the program called process.exit(7)',
    ]);
    expect((await harness.run('up', good, { maps: 5 })).counts).toEqual({ same: 7 });
    for (const stack of [good, bad, dead]) await harness.run('down', stack);
  });

  it('of an object names kind, namespace, name and the reason, and keeps what was made', async () => {
    const stack = harness.stack();
    const error = await thrown(harness.run('up', stack, { badName: true }));
    expect(error.code).toBe('EngineFailed');
    expect(error.message).toContain(`ConfigMap ${stack.name}/Bad_Name could not be created: `);
    expect(error.text.ko).toContain(`ConfigMap ${stack.name}/Bad_Name을(를) 생성하지 못했습니다: `);
    expect(error.message).not.toContain('\n');
    // The failing update wrote its state at the end: the namespace is not forgotten.
    expect((await harness.state(stack))?.resources.map(({ id }) => id)).toContain(stack.name);
    expect((await harness.run('down', stack)).counts['delete']).toBeGreaterThanOrEqual(1);
  });

  it('of the provider comes back with code, both languages and hint', async () => {
    const stack = harness.stack();
    const json = JSON.stringify({ text: { en: 'taken', ko: '사용 중' }, hint: { en: 'see', ko: '보세요' } });
    const error = await thrown(harness.run('up', stack, { objectFault: `say:testbed:OwnershipConflict: ${json}` }));
    expect(error.code).toBe('OwnershipConflict');
    expect(error.text).toEqual({ en: 'taken', ko: '사용 중' });
    expect(error.hint).toEqual({ en: 'see', ko: '보세요' });
    await harness.run('down', stack);
  });

  it('of a whole thread ends only its operation, and the next one works', async () => {
    const stack = harness.stack();
    await harness.run('up', stack, { objectFault: 'crash' });
    const error = await thrown(harness.run('drift', stack));
    expect([error.code, error.message]).toEqual([
      'EngineFailed',
      "the engine cannot go on: the runner's thread died: the provider crashed",
    ]);
    expect((await harness.run('preview', stack, { objectFault: 'crash' })).counts).toEqual({ same: 3 });
    expect((await harness.run('down', stack)).counts).toEqual({ delete: 3 });
  });

  it('of a program that wants to end the process is one like any other', async () => {
    const error = await thrown(harness.run('preview', harness.stack(), { fault: 'exit' }));
    expect([error.code, error.message]).toEqual(['EngineFailed', 'the program called process.exit(7)']);
  });

  it('of a program that is not there names its file', async () => {
    const stack = harness.stack();
    const error = await thrown(
      harness.engine.run({
        kind: 'up',
        stack,
        program: { module: '/nonexistent/program.js', args: {} },
        connection: testSurroundings().connection,
        pulumi: harness.pulumi,
      }),
    );
    expect(error.code).toBe('EngineFailed');
    expect(error.message).toContain('/nonexistent/program.js');
  });

  it('of a missing pulumi says how to get one', async () => {
    const error = await thrown(harness.run('up', harness.stack(), {}, { pulumi: join(tmpdir(), 'no-such-pulumi') }));
    expect([error.code, error.hint?.en]).toEqual(['ToolMissing', 'testbed tools install']);
  });
});
