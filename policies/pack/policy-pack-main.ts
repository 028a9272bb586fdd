import { analyzerService } from './analyzer-service';
import { servePack } from './serve-pack';

// Entry of the policy pack's process. The one line on standard output is the port, as the CLI expects it of every plugin.
async function main(): Promise<void> {
  const { port, ended } = await servePack(analyzerService(new Date()));
  process.stdout.write(`${port}\n`);
  await ended;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`testbed-policy-pack: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
