import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError, text, type Text } from '../../errors';
import { withLock, type LockHolder } from '../../host/file-lock';
import { inWorkFolder, sweepWorkFolders } from '../toolchain/work-folder';
import { explainStoreError } from './image-errors';

const WAIT_MS = 60 * 60_000;

export interface Alone {
  /** For those who find the store taken. */
  readonly purpose: string;
  readonly onDetail: (detail: Text) => void;
  readonly signal: AbortSignal | undefined;
}

/** Runs `work` alone among all processes that change the store, with a folder on its file system that is gone afterwards. */
export async function workAlone<T>(
  storeDirectory: string,
  { purpose, onDetail, signal }: Alone,
  work: (workFolder: string) => Promise<T>,
): Promise<T> {
  try {
    const folder = join(storeDirectory, 'work');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const onWait = ({ told }: LockHolder, waitedMs: number): void => {
      const pid = told?.process.pid ?? 0;
      if (waitedMs > WAIT_MS) throw waitedTooLong(pid);
      onDetail(
        text(
          `process ${pid} is working on images; waiting`,
          `프로세스 ${pid}이(가) 이미지를 작업하고 있어 기다리는 중`,
        ),
      );
    };
    // Two at the same time only do the work twice: what is published appears whole.
    return await withLock(folder, { purpose, whenUnsure: 'take', onWait, signal }, async () => {
      sweepWorkFolders(folder);
      return inWorkFolder(folder, work);
    });
  } catch (error) {
    throw explainStoreError(error, storeDirectory);
  }
}

function waitedTooLong(pid: number): TestbedError {
  return new TestbedError(
    'ImageBuildFailed',
    text(
      `process ${pid} has been working on images for more than ${WAIT_MS / 60_000} minutes`,
      `프로세스 ${pid}이(가) ${WAIT_MS / 60_000}분 넘게 이미지를 작업하고 있습니다`,
    ),
    { hint: text(`see what it does: ps -fp ${pid}`, `무엇을 하는지 확인하십시오: ps -fp ${pid}`) },
  );
}
