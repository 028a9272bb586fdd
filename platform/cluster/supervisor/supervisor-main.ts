import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../../errors';
import { clusterLayout } from '../layout';
import { TOKEN_VARIABLE, ownProcesses } from '../processes/proof';
import { readInstance, readRecord } from '../record/cluster-record';
import { Supervisor } from './supervisor';

/** Longer than all graces together: whatever hangs then, the process goes and `down` ends the rest. */
const STOP_LIMIT_MS = 60_000;

async function main(directory: string): Promise<void> {
  process.umask(0o077);
  const layout = clusterLayout(directory);
  const token = process.env[TOKEN_VARIABLE];
  const record = readRecord(layout);
  if (record === undefined || token === undefined || readInstance(layout) !== token)
    throw new Error(`${directory} is not the cluster of this process`);
  const other = ownProcesses(token).find(({ pid, role }) => role === 'supervisor' && pid !== process.pid);
  if (other !== undefined) throw new Error(`process ${other.pid} supervises this cluster already`);

  const supervisor = new Supervisor(layout, record, token);
  const stopped = new Promise<void>((resolve) => {
    const stop = (): void => {
      void Promise.race([supervisor.stop(), delay(STOP_LIMIT_MS)])
        .catch((error: unknown) => process.stderr.write(`stop: ${reasonOf(error)}\n`))
        .then(() => resolve());
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  // Its terminal may go at any time.
  process.on('SIGHUP', () => undefined);
  // `stop` aborts a start that is still under way; every other failure is tried again inside.
  supervisor.start().catch((error: unknown) => process.stderr.write(`start: ${reasonOf(error)}\n`));
  await stopped;
}

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('usage: supervisor-main DIRECTORY\n');
  process.exit(2);
}
main(directory).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exit(1);
  },
);
