import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRealNodeRun } from './real-node-run';
import { realNodeSurroundings } from './real-node-surroundings';

/**
 * Before the first test on a real node: a site of the run's own, without a cluster in it; the first test that needs the node starts it (real-node.ts).
 * After the last one, whatever came of them, the cluster ends with all its data.
 */
export default async function prepareRealNode(): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'testbed-real-node-'));
  process.env['TESTBED_TEST_REAL_NODE'] = join(home, 'run.json');
  writeRealNodeRun({ home, notRun: await whyNotHere() });
  return async () => {
    const { clusterDown } = await import('../../operations/cluster.js');
    await clusterDown({ data: true }, realNodeSurroundings(home));
    rmSync(home, { recursive: true, force: true });
  };
}

/** Why this machine has no real node; undefined where it has. */
async function whyNotHere(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `a real node needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'a real node needs root: run the tests as root';
  return undefined;
}
