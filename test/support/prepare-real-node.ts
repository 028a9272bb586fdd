import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { openRunFolder } from './run-folder';
import { writeRealNodeRun } from './real-node-run';
import { realNodeSurroundings } from './real-node-surroundings';

/**
 * Before the first test on a real node: a site of the run's own, without a cluster in it; the first test that needs the node starts it (real-node.ts).
 * After the last one, whatever came of them, the cluster ends with all its data. TESTBED_TEST_REAL_SITE names the home of a prepared site instead, whose cluster runs and stays.
 */
export default async function prepareRealNode(): Promise<() => Promise<void>> {
  const prepared = process.env['TESTBED_TEST_REAL_SITE'];
  if (prepared !== undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'testbed-real-node-'));
    process.env['TESTBED_TEST_REAL_NODE'] = join(folder, 'run.json');
    writeRealNodeRun({ home: prepared, prepared: true });
    return async () => rmSync(folder, { recursive: true, force: true });
  }
  const runFolder = openRunFolder();
  const home = mkdtempSync(join(tmpdir(), 'testbed-real-node-'));
  process.env['TESTBED_TEST_REAL_NODE'] = join(home, 'run.json');
  writeRealNodeRun({ home, notRun: await whyNot(home) });
  return async () => {
    const { clusterDown } = await import('../../operations/cluster.js');
    await clusterDown({ data: true }, realNodeSurroundings(home));
    rmSync(home, { recursive: true, force: true });
    runFolder.end();
  };
}

/** Why the tests on a real node are not run; undefined where they are. */
async function whyNot(home: string): Promise<string | undefined> {
  const { realNodeObstacle } = await import('../../platform/cluster/index.js');
  const obstacle = await realNodeObstacle();
  if (obstacle !== undefined) return obstacle.en;
  const { missingNodeImages } = await import('../../operations/real-node-supplies.js');
  const missing = missingNodeImages(realNodeSurroundings(home)).join(', ');
  if (missing === '' || process.env['TESTBED_YES'] === '1' || (await agrees(missing))) return undefined;
  return `the images of a real node (${missing}) are built from Debian packages, which are not downloaded before somebody agrees: run it with TESTBED_YES=1`;
}

/** Asks at the terminal; without one nobody has agreed. */
async function agrees(missing: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `tests on a real node: download Debian packages (about 100 MB) and build ${missing} from them? Nothing is installed on this machine. [y/N] `,
    );
    return /^\s*(y|yes)\s*$/i.test(answer);
  } finally {
    terminal.close();
  }
}
