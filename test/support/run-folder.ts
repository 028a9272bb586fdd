import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';

/**
 * The folder in which everything of this run lies: it is the temporary folder of all its processes. A process of its own sees to what is left in it when the run
 * is ended from outside, by Ctrl-C or worse: the clusters, whose parts outlive whoever started them, and the folder. The projects of a run share one; it ends with
 * the last of them.
 */
export function openRunFolder(): { end(): void } {
  const { env } = process;
  if (env['TESTBED_TEST_FOLDER'] === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'testbed-tests-'));
    // Tests run programs as other users, who have to get through it.
    chmodSync(folder, 0o711);
    const watcher = join(packageRoot(), 'test/support/after-run.cjs');
    spawn(process.execPath, [watcher, String(process.pid), folder], { detached: true, stdio: 'ignore' }).unref();
    env['TESTBED_TEST_FOLDER'] = folder;
    env['TMPDIR'] = folder;
  }
  // Each project loads this module anew: what they have in common is the environment.
  count(1);
  return {
    end: () => {
      const folder = env['TESTBED_TEST_FOLDER'];
      // Without its folder the watcher has nothing to wait for.
      if (count(-1) === 0 && folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function count(change: number): number {
  const users = Number(process.env['TESTBED_TEST_FOLDER_USERS'] ?? 0) + change;
  process.env['TESTBED_TEST_FOLDER_USERS'] = String(users);
  return users;
}
