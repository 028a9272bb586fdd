import { TestbedError, text } from '../../../errors';
import { takeLock, type LockHolder } from '../../../host/file-lock';
import { fileError } from '../private-files';

/**
 * Runs `work` while no other process works on the cluster in `directory`. Waits up to `waitMs` for a living holder, then throws
 * ClusterBusy with its pid; the lock of a dead one is taken over. Also throws NoSpace, NoPermission.
 */
export async function withLock<Result>(
  directory: string,
  waitMs: number,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const lock = await takeLock(directory, {
    purpose: 'cluster',
    // A container's crash must not block its volume: whose processes are here is proved by the kernel in any case.
    whenUnsure: 'take',
    onWait: (holder, waitedMs) => {
      if (waitedMs >= waitMs) throw busy(holder);
    },
    signal,
  }).catch((error: unknown) => {
    throw fileError(error, directory);
  });
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function busy({ told }: LockHolder): TestbedError {
  const pid = told?.process.pid ?? 0;
  return new TestbedError(
    'ClusterBusy',
    text(
      `another command works on this cluster (process ${pid})`,
      `다른 명령이 이 클러스터를 다루고 있습니다(프로세스 ${pid})`,
    ),
    {
      hint: text(
        `wait until it is done, or look at it: ps -p ${pid} -o args`,
        `끝날 때까지 기다리거나 확인하세요: ps -p ${pid} -o args`,
      ),
    },
  );
}
