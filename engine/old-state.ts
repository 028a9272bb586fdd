import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { isTestbedError } from '../errors';
import { stackFilePath } from './local-state';
import { publishedContent, stateKey } from './published-state';
import { headOf, stateUnreadable } from './state';
import { requireStackName } from './stack-name';
import type { DocumentStore } from './store/types';

/*
 * Earlier versions let the engine work on the states of a site where they lay: `<site>/state/.pulumi/stacks/testbed/<stack>.json`. While an operation went on the
 * state kept a second name, `.kept`, for the case that a full disk let only a part of the new one be written.
 */

/** Publishes the state that an earlier version left of a stack, where there is one and none is published; its file stays beside it as `.moved`. Throws StateUnreadable. */
export async function takeUpOldState(directory: string, store: DocumentStore, stack: string): Promise<void> {
  const file = stackFilePath(directory, stack);
  if (!existsSync(file)) return;
  const content = wholeOf(stack, file);
  // One that is published already is younger: an earlier run of this got so far.
  await store.write(stateKey(stack), publishedContent(0, content), 'absent');
  try {
    renameSync(file, `${file}.moved`);
  } catch (cause) {
    // Moved by another run at the same time.
    if (existsSync(file)) throw stateUnreadable(file, cause);
  }
}

/** Removes what earlier versions kept of a stack. */
export function forgetOldState(directory: string, stack: string): void {
  const file = stackFilePath(directory, stack);
  for (const ending of ['', '.bak', '.kept', '.moved']) rmSync(`${file}${ending}`, { force: true });
  for (const kind of ['history', 'backups'])
    rmSync(join(directory, '.pulumi', kind, PULUMI_PROJECT, requireStackName(stack)), { recursive: true, force: true });
}

function wholeOf(stack: string, file: string): string {
  try {
    return read(stack, file);
  } catch (error) {
    if (!isTestbedError(error, 'StateUnreadable') || !existsSync(`${file}.kept`)) throw error;
    return read(stack, `${file}.kept`);
  }
}

function read(stack: string, file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw stateUnreadable(file, cause);
  }
  headOf(stack, content, file);
  return content;
}
