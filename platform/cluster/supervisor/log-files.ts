import { closeSync, copyFileSync, fstatSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs';
import { hasErrorCode } from '../private-files';

const LARGEST_BYTES = 8 * 1024 * 1024;
const KEPT = 3;
const TAIL_BYTES = 8 * 1024;

/**
 * Moves a log aside when it is larger than `largest` bytes; three older ones are kept. The file is copied and cut, not renamed: the program
 * that appends to it keeps its file and goes on even without a supervisor. Lines of the instant between both may be lost.
 */
export function rotateLog(path: string, largest = LARGEST_BYTES): void {
  try {
    if (statSync(path).size <= largest) return;
    for (let age = KEPT - 1; age >= 1; age--) renameIfThere(`${path}.${age}`, `${path}.${age + 1}`);
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}

/** The last lines of a log, at most `lines` and 8 KiB; none when there is no log. */
export function lastLines(path: string, lines: number): readonly string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const content = buffer.subarray(0, read).toString('utf8').trimEnd();
    // Control characters of another program's log must not reach a terminal.
    const clean = content.replaceAll(/[^\P{Cc}\n\t]/gu, '?');
    return clean === ''
      ? []
      : clean
          .split('\n')
          .slice(-lines)
          .map((line) => line.slice(0, 400));
  } finally {
    closeSync(file);
  }
}
