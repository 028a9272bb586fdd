import { linkSync, renameSync, rmSync } from 'node:fs';
import { isNoSpace, isTestbedError, noSpace } from '../errors';
import { readStack, stackFilePath, stateUnreadable, type StackLocation } from './state';

/*
 * The engine replaces a state file by writing a new one beside it and renaming that, but when the disk is full it renames the
 * part that it could write: the old state is gone and the new one is damaged. So the old file keeps a second name, which takes
 * no space, for as long as an operation goes on. What a damaged run made is found again by its marks.
 */

/** Runs an engine operation that changes an existing state. Throws what it throws, and NoSpace. */
export async function withStateKept<T>(stack: StackLocation, operation: () => Promise<T>): Promise<T> {
  keep(stack);
  let result: T;
  try {
    result = await operation();
  } catch (error) {
    mendState(stack);
    forget(stack);
    throw error;
  }
  forget(stack);
  return result;
}

/** Takes the kept state back where the present one cannot be read; does nothing where it can. Throws StateUnreadable where none was kept. */
export function mendState(stack: StackLocation): void {
  try {
    readStack(stack);
  } catch (error) {
    if (!isTestbedError(error, 'StateUnreadable')) throw error;
    takeBack(stack, error);
  }
}

function keep(stack: StackLocation): void {
  const kept = keptPath(stack);
  forget(stack);
  try {
    linkSync(stackFilePath(stack), kept);
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(kept, cause) : stateUnreadable(stackFilePath(stack), cause);
  }
}

function forget(stack: StackLocation): void {
  rmSync(keptPath(stack), { force: true });
}

function takeBack(stack: StackLocation, damage: unknown): void {
  try {
    renameSync(keptPath(stack), stackFilePath(stack));
  } catch {
    // Nothing was kept: the damage is the thing to tell.
    throw damage;
  }
}

function keptPath(stack: StackLocation): string {
  return `${stackFilePath(stack)}.kept`;
}
