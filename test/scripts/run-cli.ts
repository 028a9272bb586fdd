import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..', '..');
export const BIN = join(ROOT, 'bin', 'testbed.cjs');

/** A home and working directory of one's own, ended with the test. */
export interface Place extends AsyncDisposable {
  readonly folder: string;
  /** Nothing of the caller's environment but PATH: no language, no colours, no site. */
  readonly environment: Record<string, string>;
}

export function openPlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'testbed-cli-')));
  return {
    folder,
    environment: { PATH: process.env['PATH'] ?? '', HOME: folder, TESTBED_TOOLS_FROM: 'download' },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command in a real process. */
export function startCli(
  argv: readonly string[],
  place: Place,
  more: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [BIN, ...argv], {
    cwd: place.folder,
    env: { ...place.environment, ...more },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Waits for the end of a process and gives what it said. */
export function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end();
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) =>
      done({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Runs the real command to its end. */
export function runCli(
  argv: readonly string[],
  place: Place,
  more: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return finished(startCli(argv, place, more));
}
