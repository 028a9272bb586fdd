import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataKeys } from '../../engine/data-keys';
import { publishedContent, readPublished, stateKey } from '../../engine/published-state';
import type { StackReference } from '../../engine/types';
import { built } from '../../engine/entry';
import { STAND_IN_PROVIDER, openHarness, thrown } from './harness';

// The provider here is a stand-in (see its header); the CLI, its encryption, the key service and the state are real.
const harness = openHarness({ provider: STAND_IN_PROVIDER, runners: 1 });

/** An empty stack as older versions of ours made it: the engine chose a salt for the passphrase at the first write. */
async function oldStack(): Promise<StackReference> {
  const stack = harness.stack();
  const latest = { manifest: { time: new Date().toISOString(), magic: '', version: '' }, metadata: {} };
  const content = JSON.stringify({
    version: 3,
    checkpoint: { stack: `organization/testbed/${stack.name}`, latest },
  });
  await stack.store.write(stateKey(stack.name), publishedContent(0, content), 'absent');
  return stack;
}

async function contentOf(stack: StackReference): Promise<string> {
  return (await readPublished(stack))?.content ?? '';
}

async function providerOf(stack: StackReference): Promise<unknown> {
  return JSON.parse(await contentOf(stack)).checkpoint.latest.secrets_providers.type;
}

describe('the secrets of a state', () => {
  it('are encrypted by the same sealed key in every operation', async () => {
    const stack = harness.stack();
    await harness.run('up', stack);
    const sealed = (await harness.state(stack))?.sealedKey;
    expect(sealed).toMatch(/^testbed:v1:/);
    const content = await contentOf(stack);
    expect(content).toContain('"ciphertext"');
    expect(content).not.toContain(stack.dataKey);
    expect((await harness.run('up', stack)).counts).toEqual({ same: 3 });
    expect((await harness.run('up', stack, { size: 2 })).counts).toEqual({ same: 2, update: 1 });
    expect((await harness.state(stack))?.sealedKey).toBe(sealed);
    expect((await harness.run('down', stack)).counts).toEqual({ delete: 3 });
  });

  it('of a stack with a passphrase stay as they are, and every operation goes on', async () => {
    const stack = await oldStack();
    expect((await harness.run('up', stack)).counts).toEqual({ create: 3 });
    expect(await providerOf(stack)).toBe('passphrase');
    expect((await harness.run('up', stack, { size: 2 })).counts).toEqual({ same: 2, update: 1 });
    expect((await harness.run('drift', stack, { size: 2 })).counts).toEqual({ same: 3 });
    expect((await harness.run('preview', stack, { size: 2 })).counts).toEqual({ same: 3 });
    expect(await providerOf(stack)).toBe('passphrase');
    expect((await harness.run('down', stack)).counts).toEqual({ delete: 3 });
  });

  it("can be opened by the vendor's CLI with the site's keys", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'testbed-keys-'));
    const stack = { ...harness.stack(), dataKey: '' };
    const own = { ...stack, dataKey: await openDataKeys({ store: stack.store, directory }).forStack(stack.name) };
    const canary = `cn-${randomBytes(6).toString('hex')}`;
    await harness.run('up', own, { canary });
    writeFileSync(join(directory, 'Pulumi.yaml'), 'name: testbed\nruntime: nodejs\n');
    const words = ['stack', 'export', '--show-secrets', '--stack', `organization/testbed/${stack.name}`];
    const done = spawnSync(
      process.execPath,
      [`${built('engine/with-state-key-main')}`, directory, harness.directory, stack.name, harness.pulumi, ...words],
      { cwd: directory, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: directory, PULUMI_HOME: directory } },
    );
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
    expect(done.stdout).toContain(canary);
    rmSync(directory, { recursive: true });
    await harness.run('down', own);
  });

  it('cannot be reached with another data key, and nothing is touched', async () => {
    const stack = harness.stack();
    await harness.run('up', stack);
    const before = await contentOf(stack);
    const other = { ...stack, dataKey: randomBytes(32).toString('base64') };
    const error = await thrown(harness.run('up', other, { size: 2 }));
    expect(error.code).toBe('StateUnreadable');
    expect(error.message).toContain(`states/${stack.name} in ${harness.directory}`);
    expect(error.message).toContain('the data key of the stack is another one');
    expect(await contentOf(stack)).toBe(before);
    await harness.run('down', stack);
  });
});
