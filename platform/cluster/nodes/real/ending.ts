import { readFileSync } from 'node:fs';
import { TestbedError, text, verbatim } from '../../../../errors';
import type { ClusterLayout } from '../../layout';
import { endOwn } from '../../processes/ending';
import { ownProcesses, type OwnProcess } from '../../processes/proof';
import { killAllIn, nodeCgroup, processesIn, removeCgroup } from './cgroups';
import { stopContainers } from './containers';

/** Containers that do not end by themselves within this time are killed. */
export const CONTAINER_GRACE_MS = 8000;
const PROGRAM_GRACE_MS = 3000;

/** The helpers of the runtime, one a pod, carry its environment; they end only when they are killed. */
function isShim({ pid }: OwnProcess): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('containerd-shim');
  } catch {
    // It has ended.
    return false;
  }
}

/**
 * Ends whatever there is of the cluster's node, in order: who starts containers, the containers (by their stop signal, then KILL after
 * `graceMs`), the other programs, the runtime's helpers, the holder of the namespaces (with which mounts, devices and rules go), the cgroups.
 * Idempotent. Returns how many containers' processes there were. Throws ClusterStopFailed when the kernel holds one.
 */
export async function endNode(layout: ClusterLayout, token: string, graceMs: number): Promise<number> {
  const cgroup = nodeCgroup(token);
  const of = (...roles: readonly string[]): readonly OwnProcess[] =>
    ownProcesses(token).filter(({ role }) => roles.includes(role));
  const programGraceMs = Math.min(graceMs, PROGRAM_GRACE_MS);
  await endOwn(of('kubelet'), token, programGraceMs);
  const containers = processesIn(cgroup).length;
  const [inside] = of('node-sandbox', 'containerd', 'kube-proxy', 'calico-felix');
  if (containers > 0 && graceMs > 0 && inside !== undefined) await stopContainers(layout, cgroup, inside.pid, graceMs);
  await endOwn(
    of('containerd', 'kube-proxy', 'calico-felix', 'node-command').filter((target) => !isShim(target)),
    token,
    programGraceMs,
  );
  if (!(await killAllIn(cgroup))) throw stillThere(cgroup);
  await endOwn(of('containerd'), token, 0);
  await endOwn(of('node-sandbox'), token, programGraceMs);
  await removeCgroup(cgroup);
  return containers;
}

function stillThere(cgroup: string): TestbedError {
  const pids = processesIn(cgroup);
  return new TestbedError(
    'ClusterStopFailed',
    text(
      `${pids.length} processes in containers of the cluster can't be ended`,
      `클러스터 컨테이너의 프로세스 ${pids.length}개를 끝낼 수 없습니다`,
    ),
    {
      details: pids.map((pid) => verbatim(`pid ${pid}`)),
      hint: text(
        'the kernel holds them, look at their state: ps -o pid,stat,wchan,args',
        '커널이 붙잡고 있습니다. 상태를 확인하세요: ps -o pid,stat,wchan,args',
      ),
    },
  );
}
