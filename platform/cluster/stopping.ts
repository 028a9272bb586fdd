import { TestbedError, text, verbatim } from '../../errors';
import type { ClusterLayout } from './layout';
import { CONTAINER_GRACE_MS, endNode } from './nodes/real/ending';
import { endAllOwn, endOwn, waitForEnd } from './processes/ending';
import { isAlive, ownProcesses, signalOwn } from './processes/proof';

/** The supervisor ends its children in order, each within its grace. */
const SUPERVISOR_WAIT_MS = 65_000;
const ORPHAN_GRACE_MS = 10_000;
/** A supervisor that is stopped or hangs does not hear TERM: what it would do is done here then. */
const DEAF_MS = 3000;

/**
 * Ends every process that proves to be the cluster's, those in containers too, through its supervisor where one lives. Throws ClusterStopFailed when some remain.
 * Returns how many there were.
 */
export async function stopAll(layout: ClusterLayout, token: string, isDeaf = false): Promise<number> {
  const before = ownProcesses(token);
  const supervisor = before.find(({ role }) => role === 'supervisor');
  if (supervisor !== undefined) {
    signalOwn(supervisor, token, 'SIGTERM');
    signalOwn(supervisor, token, 'SIGCONT');
    await waitForEnd([supervisor], isDeaf ? DEAF_MS : SUPERVISOR_WAIT_MS);
    // Before its children: it would start them again.
    if (isAlive(supervisor)) await endOwn([supervisor], token, 0);
  }
  const containers = await endNode(layout, token, CONTAINER_GRACE_MS);
  const left = await endAllOwn(token, ORPHAN_GRACE_MS);
  if (left.length > 0)
    throw new TestbedError(
      'ClusterStopFailed',
      text(
        `${left.length} processes of the cluster can't be ended`,
        `클러스터 프로세스 ${left.length}개를 끝낼 수 없습니다`,
      ),
      {
        details: left.map(({ pid, role }) => verbatim(`${role} (${pid})`)),
        hint: text(
          'the kernel holds them, look at their state: ps -o pid,stat,wchan,args',
          '커널이 붙잡고 있습니다. 상태를 확인하세요: ps -o pid,stat,wchan,args',
        ),
      },
    );
  return before.length + containers;
}
