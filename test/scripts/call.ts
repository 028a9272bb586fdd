import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { CommandCatalogue } from '../../scripts/cli/catalogue';
import { runCall } from '../../scripts/cli/run';
import { COMMANDS } from '../../scripts/commands/index';

export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test may bring of its own. */
export interface CallOptions {
  readonly catalogue?: CommandCatalogue;
  readonly signals?: EventEmitter;
  readonly exitAtOnce?: (code: number) => void;
  /** Told of every piece of standard error as it is written. */
  readonly onStderr?: (words: string) => void;
}

/** Runs one call in this process. Stands in for streams, signals and the process' end: does not prove how these behave in a real one. */
export async function callInProcess(argv: readonly string[], options: CallOptions = {}): Promise<Called> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    write: (words: string) => {
      said[name] += words;
      if (name === 'stderr') options.onStderr?.(words);
    },
    on: () => undefined,
  });
  const code = await runCall(
    {
      argv,
      environment: {},
      cwd: '/',
      stdin: () => new PassThrough(),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      now: () => new Date('2026-12-01T00:00:00Z'),
      signals: options.signals ?? new EventEmitter(),
      exitAtOnce: options.exitAtOnce ?? (() => undefined),
    },
    options.catalogue ?? COMMANDS,
  );
  return { code, ...said };
}
