import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentStore } from '../engine/store/types';
import { hasErrorCode } from '../host/error-code';
import type { Site } from './site';

/** Takes up everything that an earlier version left in files: states and data keys, which else come with the first operation on their stack. */
export async function takeUpOldLayout({ stateDirectory, keysDirectory }: Site, store: DocumentStore): Promise<void> {
  const [{ takeUpOldState }, { takeUpOldKeys }, { isStackName }] = await Promise.all([
    import('../engine/old-state.js'),
    import('../engine/data-keys.js'),
    import('../engine/stack-name.js'),
  ]);
  for (const file of filesIn(join(stateDirectory, '.pulumi', 'stacks', 'testbed'))) {
    const stack = file.endsWith('.json') ? file.slice(0, -'.json'.length) : '';
    if (isStackName(stack)) await takeUpOldState(stateDirectory, store, stack);
  }
  await takeUpOldKeys({ store, directory: keysDirectory });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    throw cause;
  }
}
