import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BIN, finished, type Finished } from '../scripts/run-cli';
import { testSurroundings } from './cluster';
import { specOf } from './specs';

/** The real command in a real process, with a site of its own below `folder`, on an existing cluster. */
export interface CliOnCluster {
  /** Its process, whose number is the command's own. */
  readonly start: (argv: readonly string[], more?: Readonly<Record<string, string>>) => ChildProcessWithoutNullStreams;
  readonly run: (argv: readonly string[], more?: Readonly<Record<string, string>>) => Promise<Finished>;
}

export interface CliOptions {
  /** As the command sees it: its home and working directory. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** Words in front of the command, such as those that enter another namespace. */
  readonly enter?: readonly string[];
}

export function cliOnCluster({ folder, kubeconfig, enter = [] }: CliOptions): CliOnCluster {
  const { pulumi = '' } = testSurroundings().tools;
  const environment = {
    PATH: `${dirname(pulumi)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TESTBED_HOME: join(folder, 'site'),
    TESTBED_TOOLS_FROM: 'path',
  };
  const prefix = [...enter, 'sh', '-c', 'cd "$0" && exec "$@"', folder, process.execPath, BIN];
  const start: CliOnCluster['start'] = (argv, more = {}) => {
    const target = ['--context', 'testbed-admin', '--kubeconfig', kubeconfig];
    const [command = '', ...words] = [...prefix, ...argv, ...(argv[0] === 'init' ? [] : target)];
    return spawn(command, words, { env: { ...environment, ...more }, stdio: ['pipe', 'pipe', 'pipe'] });
  };
  return { start, run: (argv, more) => finished(start(argv, more)) };
}

/** Writes a testbed.yaml of that name with a database; `folder` as this process reaches it. */
export function writeSpec(folder: string, name: string): void {
  const { participant, owner, members, grade, size, ends } = specOf({ name });
  const database = { engine: 'postgresql', version: '15' };
  const document = { apiVersion: 'testbed/v1', name, participant, owner, members, grade, size, ends, database };
  writeFileSync(join(folder, 'testbed.yaml'), JSON.stringify(document));
}
