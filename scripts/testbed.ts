import { boundHeap } from '../package/heap-bounds';
import { processStreams } from './cli/output';
import { runCall } from './cli/run';
import { COMMANDS } from './commands/index';

/** The CLI of this process. Sets the exit code and lets the process end when nothing is left to do, so that nothing written gets lost. */
export async function main(): Promise<void> {
  boundHeap();
  // Node 24 was seen to spin for ever while it took down the handles of a process that had nothing left to do: it is not asked to.
  process.once('beforeExit', (code) => process.exit(code));
  process.exitCode = await runCall(
    {
      argv: process.argv.slice(2),
      environment: process.env,
      cwd: process.cwd(),
      stdin: () => process.stdin,
      ...processStreams(),
      now: () => new Date(),
      signals: process,
      exitAtOnce: (code) => process.exit(code),
    },
    COMMANDS,
  );
}
