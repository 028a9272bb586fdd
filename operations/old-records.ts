import { readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentStore } from '../engine/store/types';
import { TestbedError, reasonOf, text } from '../errors';
import { hasErrorCode } from '../host/error-code';
import { adoptRecord } from './records';
import type { Site } from './site';

/**
 * Earlier versions kept a file for each testbed. They go into the store when they are first seen, and keep their place under another name (`.moved`).
 * Throws StateUnreadable naming a file that is damaged.
 */
export async function takeUpOldRecords(
  { recordsDirectory }: Pick<Site, 'recordsDirectory'>,
  store: DocumentStore,
): Promise<void> {
  // The ended ones first: one that was ended is not taken for live again.
  for (const folder of [join(recordsDirectory, 'ended'), recordsDirectory])
    for (const name of recordFiles(folder)) await takeUp(join(folder, name), store);
}

async function takeUp(file: string, store: DocumentStore): Promise<void> {
  try {
    await adoptRecord(store, JSON.parse(readFileSync(file, 'utf8')));
    renameSync(file, `${file}.moved`);
  } catch (cause) {
    // Another run takes the same up.
    if (hasErrorCode(cause, 'ENOENT')) return;
    if (cause instanceof TestbedError) throw cause;
    throw unreadable(file, cause);
  }
}

function recordFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    throw unreadable(folder, cause);
  }
}

function unreadable(path: string, cause: unknown): TestbedError {
  return new TestbedError(
    'StateUnreadable',
    text(
      `the record ${path} cannot be read: ${reasonOf(cause).slice(0, 300)}`,
      `기록 파일 ${path}을(를) 읽을 수 없습니다: ${reasonOf(cause).slice(0, 300)}`,
    ),
    {
      cause,
      hint: text('restore the file from a backup, or move it away', '백업에서 파일을 복원하거나 다른 곳으로 옮기세요'),
    },
  );
}
