import { existsSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs';
import { TestbedError, isTestbedError, text, verbatim, type OnProgress } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import type { ClusterLayout } from './layout';
import { fileError } from './private-files';
import { withLock } from './processes/lock';
import { readInstance } from './record/cluster-record';
import { stopAll } from './stopping';

const LOCK_WAIT_MS = 150_000;

/** See EmbeddedCluster.down. */
export async function clusterDown(
  layout: ClusterLayout,
  { destroy = false, onProgress }: { readonly destroy?: boolean; readonly onProgress?: OnProgress } = {},
): Promise<{ readonly outcome: 'stopped' | 'unchanged' }> {
  if (!existsSync(layout.directory)) return { outcome: 'unchanged' };
  const outcome = await withLock(layout.directory, LOCK_WAIT_MS, async () => {
    const token = readToken(layout, destroy);
    const stopped = token === undefined ? 0 : await stop(layout, token, onProgress);
    if (stopped > 0) rmSync(layout.status, { force: true });
    if (destroy) endData(layout);
    return stopped > 0 || destroy ? 'stopped' : 'unchanged';
  });
  // The lock itself lay inside.
  if (destroy) endDirectory(layout);
  return { outcome };
}

/** With `destroy`, a damaged token is no obstacle: open files prove then that nothing of ours runs. */
function readToken(layout: ClusterLayout, destroy: boolean): string | undefined {
  try {
    return readInstance(layout);
  } catch (error) {
    if (destroy && isTestbedError(error, 'ClusterDamaged')) return undefined;
    throw error;
  }
}

async function stop(layout: ClusterLayout, token: string, onProgress: OnProgress | undefined): Promise<number> {
  const step = { id: 'cluster:stop', title: text('the cluster stops', '클러스터 중지'), index: 1, total: 1 };
  const began = Date.now();
  onProgress?.({ ...step, state: 'start' });
  try {
    const count = await stopAll(layout, token);
    const state = count === 0 ? 'skipped' : 'done';
    onProgress?.({ ...step, state, elapsedMs: Date.now() - began });
    return count;
  } catch (error) {
    onProgress?.({ ...step, state: 'failed', elapsedMs: Date.now() - began });
    throw error;
  }
}

/** Ends the data, unless some process still has a file of it open. */
function endData(layout: ClusterLayout): void {
  const users = processesUsing(layout.directory);
  if (users.length > 0)
    throw new TestbedError(
      'ClusterStopFailed',
      text(
        `${layout.directory} is still used by processes that can't be proved to be the cluster's`,
        `클러스터의 것인지 확인할 수 없는 프로세스가 ${layout.directory}을(를) 아직 사용하고 있습니다`,
      ),
      {
        details: users.map((pid) => verbatim(`pid ${pid}`)),
        hint: text(
          `look at them and end them: ps -p ${users.join(',')} -o pid,args`,
          `확인한 뒤 끝내세요: ps -p ${users.join(',')} -o pid,args`,
        ),
      },
    );
  // By name, never the whole directory: what somebody else put there is not ours to end.
  const ours = [
    layout.etcdData,
    layout.node,
    layout.audit,
    layout.logs,
    layout.config,
    layout.pki,
    layout.status,
    layout.record,
    layout.instance,
  ];
  try {
    for (const path of ours) rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw fileError(error, layout.directory);
  }
}

/** Ends the directory itself, unless something that is not ours lies in it. */
function endDirectory(layout: ClusterLayout): void {
  try {
    rmdirSync(layout.directory);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw fileError(error, layout.directory);
  }
}

/** Pids of processes with an open file below the folder, as far as our user may see. */
function processesUsing(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) =>
          readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(`${folder}/`),
        );
      } catch {
        // Ended meanwhile, or not ours to look into.
        return false;
      }
    })
    .map(Number);
}
