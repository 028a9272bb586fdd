import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a suite is given: a place of its own that outlives a run that was killed, and a voice. */
export interface SuiteContext {
  /** Of this suite alone; ended with everything in it after a run that came to its end. */
  readonly folder: string;
  /** What `--name VALUE` says on the command line. */
  readonly option: (name: string) => string | undefined;
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
  /** What the last run kept, if it was killed; only this program writes it. */
  readonly progress: <P extends object>(fresh: () => P) => P;
  /** Keeps it, whole or not at all. */
  readonly save: (progress: object) => void;
}

export interface SuiteResult {
  /** Goes into the dated JSON. */
  readonly result: object;
  /** One line for everything that did not hold. */
  readonly missed: readonly string[];
}

/** A long trial of `npm run endure`: one that was killed goes on where it stopped. */
export interface Suite {
  readonly name: string;
  run(context: SuiteContext): Promise<SuiteResult>;
  /** Ends clusters and processes that stand in its folder; the folder goes afterwards. */
  end(context: SuiteContext): Promise<void>;
}

/** Runs one suite to its end, on from where the last run was killed; its result goes to `<endure>/<date>-<suite>.json`. */
export async function runSuite(
  suite: Suite,
  endure: string,
  options: { readonly fresh: boolean; readonly option: (name: string) => string | undefined },
): Promise<readonly string[]> {
  const folder = join(endure, suite.name);
  const file = join(folder, 'progress.json');
  const context: SuiteContext = {
    folder,
    option: options.option,
    say: (line) => void process.stderr.write(`endure ${suite.name}: ${line}\n`),
    // Written by this program alone.
    progress: <P extends object>(fresh: () => P) =>
      existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as P) : fresh(),
    save: (progress) => {
      writeFileSync(`${file}.new`, JSON.stringify(progress));
      renameSync(`${file}.new`, file);
    },
  };
  const end = async (): Promise<void> => {
    if (existsSync(folder)) await suite.end(context);
    rmSync(folder, { recursive: true, force: true });
  };
  if (options.fresh) await end();
  mkdirSync(folder, { recursive: true });
  const { result, missed } = await suite.run(context);
  const ended = new Date().toISOString();
  const target = join(endure, `${ended.replaceAll(':', '-')}-${suite.name}.json`);
  writeFileSync(target, `${JSON.stringify({ suite: suite.name, ended, ...result, missed }, undefined, 2)}\n`);
  await end();
  for (const line of missed) process.stdout.write(`not kept: ${line}\n`);
  process.stdout.write(`${suite.name}: ${missed.length === 0 ? 'everything was kept' : 'see above'}; ${target}\n`);
  return missed;
}
