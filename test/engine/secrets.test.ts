import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openHarness } from './harness';

const harness = openHarness({ runners: 1 });

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The files' words, unpacked where they are packed; one that vanished meanwhile has none. */
function words(file: string): string {
  try {
    const content = readFileSync(file);
    return (content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content, { finishFlush: 2 }) : content).toString(
      'latin1',
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

describe('a generated secret', () => {
  it('appears in clear in no event, result, state file or temporary file of its whole life', async () => {
    // Nine bytes: their base64 is the same wherever the value stands at the start.
    const canary = `cn-${randomBytes(3).toString('hex')}`;
    const traces = [canary, Buffer.from(canary).toString('base64')];
    const stack = harness.stack();
    const seen: string[] = [];
    let filesRead = 0;
    const look = (where: string, said: string): void => {
      for (const trace of traces) if (said.includes(trace)) seen.push(`${trace} in ${where}`);
    };
    const lookIntoFiles = (): void => {
      const work = readdirSync(tmpdir())
        .filter((name) => name.startsWith(`testbed-operation-${process.pid}-`))
        .map((name) => join(tmpdir(), name));
      for (const file of [...work, harness.directory].flatMap(filesBelow)) {
        filesRead++;
        look(file, words(file));
      }
    };
    const run = async (kind: 'preview' | 'up' | 'drift' | 'down', size: number): Promise<void> => {
      const result = await harness.run(
        kind,
        stack,
        { canary, size },
        {
          onEvent: (event) => {
            look('an event', JSON.stringify(event));
            lookIntoFiles();
          },
        },
      );
      look(`the result of ${kind}`, JSON.stringify(result));
      lookIntoFiles();
    };
    await run('preview', 1);
    await run('up', 1);
    await run('up', 2);
    await run('drift', 2);
    await run('down', 2);
    expect(seen).toEqual([]);
    expect(filesRead).toBeGreaterThan(20);
  });

  it('is no part of what a failure tells', async () => {
    const canary = `cn-${randomBytes(3).toString('hex')}`;
    const stack = harness.stack();
    const error: unknown = await harness.run('up', stack, { canary, badName: true }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TestbedError' });
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(told).not.toContain(canary);
    expect(told).not.toContain(stack.dataKey);
    await harness.run('down', stack);
  });
});
