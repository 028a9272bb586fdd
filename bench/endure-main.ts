import { join } from 'node:path';
import { packageRoot } from '../package/root';
import { crash } from './endure/crash';
import { faults } from './endure/faults';
import { many } from './endure/many';
import { helpText, readCall, type EndureCall } from './endure/options';
import { stop } from './endure/stop';
import { thousand } from './endure/thousand';
import { runSuite, type Suite } from './endure/suite';

/** In the order in which they run. */
const SUITES: readonly Suite[] = [many, crash, stop, faults, thousand];

/**
 * `npm run endure [-- --only NAME[,NAME]] [-- --fresh] [-- options of the suites]`: the long trials, each of which goes on where a run was killed and writes
 * endure/<date>-<suite>.json. Exits 1 where something did not hold, 2 where the call is wrong: then nothing ran.
 */
async function main(): Promise<void> {
  const call = understood();
  if (call === undefined) return;
  const only = call.only ?? SUITES.map(({ name }) => name);
  const unknown = only.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`no suite ${unknown.join(', ')}; there are: ${SUITES.map(({ name }) => name).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  for (const suite of SUITES) {
    if (!only.includes(suite.name)) continue;
    const missed = await runSuite(suite, join(packageRoot(), 'endure'), call);
    if (missed.length > 0) process.exitCode = 1;
  }
}

/** Nothing where there is nothing to run; why was said. */
function understood(): EndureCall | undefined {
  const names = SUITES.map(({ name }) => name);
  try {
    const call = readCall(process.argv.slice(2));
    if (!call.help) return call;
    process.stdout.write(helpText(names));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${helpText(names)}`);
    process.exitCode = 2;
  }
  return undefined;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
