import { processStreams } from './cli/output';
import { runCall } from './cli/run';
import { COMMANDS } from './commands/index';

/** The CLI of this process. Sets the exit code and lets the process end by itself, so that nothing written gets lost. */
export async function main(): Promise<void> {
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
