import { execFile } from 'node:child_process';
import { reasonOf, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import { buildFailed } from './image-errors';

const OUTPUT_BYTES = 64 * 1024 * 1024;
const TAIL_LINES = 12;

export interface ProgramRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program and returns what it wrote to stdout. Throws ImageBuildFailed with its last lines, or the signal's reason. */
export async function runProgram(request: ProgramRequest): Promise<string> {
  const { command, args, environment, workingDirectory, timeoutMs, signal } = request;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(
    command,
    [...args],
    {
      env: environment,
      timeout: timeoutMs,
      maxBuffer: OUTPUT_BYTES,
      encoding: 'utf8',
      ...(workingDirectory === undefined ? {} : { cwd: workingDirectory }),
      ...(signal === undefined ? {} : { signal }),
    },
    (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (signal?.aborted === true) reject(signal.reason);
      else if (hasErrorCode(error, 'ENOENT')) reject(missing(command, error));
      else reject(failed(command, args[0] ?? '', error, stderr, error.killed === true ? timeoutMs : undefined));
    },
  );
  // It is never asked anything.
  child.stdin?.end();
  return promise;
}

function missing(command: string, cause: unknown): Error {
  return buildFailed(
    text(
      `${command} is not on this machine: images are built with Debian's apt and dpkg`,
      `이 컴퓨터에 ${command}이(가) 없습니다. 이미지는 Debian의 apt와 dpkg로 빌드합니다`,
    ),
    [],
    cause,
    text(
      'build on a Debian or Ubuntu machine, `testbed images export` there and `testbed images import FILE` here',
      'Debian이나 Ubuntu에서 빌드해 `testbed images export`로 내보낸 뒤 여기에서 `testbed images import FILE`을 실행하십시오',
    ),
  );
}

function failed(command: string, verb: string, cause: Error, stderr: string, bound: number | undefined): Error {
  const tail = stderr
    .split('\n')
    .map((line) => withoutPassword(line.trim()))
    .filter((line) => line !== '' && !line.startsWith('W: Unable to read'))
    .slice(-TAIL_LINES);
  const what = `${command} ${verb}`;
  if (bound !== undefined)
    return buildFailed(
      text(`${what} took longer than ${bound / 1000} s`, `${what} 실행이 ${bound / 1000}초를 넘었습니다`),
      tail,
      cause,
    );
  return buildFailed(
    text(`${what} failed`, `${what} 실행에 실패했습니다`),
    tail.length === 0 ? [reasonOf(cause).slice(0, 500)] : tail,
    cause,
  );
}

/** A site's address of a mirror may hold one, and apt repeats addresses. */
function withoutPassword(line: string): string {
  return line.replace(/\/\/[^/\s@]+@/g, '//');
}
