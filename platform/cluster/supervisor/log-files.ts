import { closeSync, copyFileSync, fstatSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs';
import { hasErrorCode } from '../../../host/error-code';

const LARGEST_BYTES = 8 * 1024 * 1024;
const KEPT = 3;
const TAIL_BYTES = 64 * 1024;

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

/** What the programs here write when something went wrong: klog's E and F, the levels of structured logs, Go's panic. */
const COMPLAINT = /^[EF]\d{4} |"level":"(?:error|fatal|panic|ERROR)"|^panic: |^fatal error: |^[Ee]rror: /;

/**
 * The lines of a log that tell why its program failed: its last complaints, or simply its last lines when it complained of nothing.
 * At most `lines` of the last 64 KiB, each cut at 400 characters; none when there is no log.
 */
export function lastWords(path: string, lines: number): readonly string[] {
  const all = tail(path);
  const complaints = all.filter((line) => COMPLAINT.test(line));
  return (complaints.length > 0 ? complaints : all).slice(-lines).map((line) => readable(line).slice(0, 400));
}

function tail(path: string): readonly string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // Not started yet, so it has said nothing.
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const content = buffer.subarray(0, read).toString('utf8').trimEnd();
    // Control characters of another program's log must not reach a terminal.
    const clean = content.replaceAll(/[^\P{Cc}\n\t]/gu, '?');
    return clean === '' ? [] : clean.split('\n');
  } finally {
    closeSync(file);
  }
}

/** Of a structured line only what a person needs: message and error, without the stack. */
function readable(line: string): string {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('msg' in value)) return line;
    const error = 'error' in value ? value.error : 'err' in value ? value.err : undefined;
    return [value.msg, error].filter((part) => typeof part === 'string').join(': ');
  } catch {
    return line;
  }
}
