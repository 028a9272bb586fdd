import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { isNoSpace, noSpace } from '../errors';
import { requireStackName } from './stack-name';

/** Where the engine looks for the state of a stack in the folder that it is given as its store. */
export function stackFilePath(directory: string, stack: string): string {
  return join(directory, '.pulumi', 'stacks', PULUMI_PROJECT, `${requireStackName(stack)}.json`);
}

/** Lays a state out for the engine, in a folder of one operation. Throws NoSpace. */
export function layOutState(directory: string, stack: string, content: string): void {
  const file = stackFilePath(directory, stack);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, '.pulumi', 'meta.yaml'), 'version: 1\n', { mode: 0o600 });
    writeFileSync(file, content, { mode: 0o600 });
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(file, cause) : cause;
  }
}

/** What the engine left of it. */
export function readLocalState(directory: string, stack: string): string {
  return readFileSync(stackFilePath(directory, stack), 'utf8');
}
