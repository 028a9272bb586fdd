import type { ErrorCode } from '../../errors';
import { readFileSync, writeFileSync } from 'node:fs';

/** What the files of one run know of its real node. */
export interface RealNodeRun {
  /** TESTBED_HOME of the site that has it. */
  readonly home: string;
  /** Why the tests on it are not run; undefined where they are. */
  readonly notRun?: string | undefined;
  /** Its cluster runs already and stays. */
  readonly prepared?: boolean;
}

/** Before the reason, in what the run says of a test that it could not run. */
export const NOT_RUN = 'not run: ';

/** Failures that say that this machine has not what a node is made of. */
export const LACKING = [
  'ToolMissing',
  'ToolDownloadFailed',
  'ToolBuildFailed',
  'ImageMissing',
  'ImageBuildFailed',
  'ClusterUnsuitable',
] as const satisfies readonly ErrorCode[];

export function readRealNodeRun(): RealNodeRun {
  // Written by our own setup in the same run, so it is trusted as it is.
  return JSON.parse(readFileSync(fileOfRun(), 'utf8')) as RealNodeRun;
}

export function writeRealNodeRun(run: RealNodeRun): void {
  writeFileSync(fileOfRun(), JSON.stringify(run), { mode: 0o600 });
}

function fileOfRun(): string {
  const file = process.env['TESTBED_TEST_REAL_NODE'];
  if (file === undefined) throw new Error('TESTBED_TEST_REAL_NODE is not set: run the tests by `npm test`');
  return file;
}
