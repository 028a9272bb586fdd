import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { TestbedError, isNoSpace, isTestbedError, noSpace, text } from '../errors';
import { hasErrorCode } from '../host/error-code';
import { takeLock, type FileLock, type LockHolder } from '../host/file-lock';
import { currentProcess, exists, startInstantOf } from '../host/process-identity';
import { stateUnreadable, type StackLocation } from './state';
import { requireStackName } from './stack-name';
import type { OperationKind } from './types';

/**
 * Takes the exclusive right to change a stack on this site; never waits. Locks of processes that are provably gone are removed; so is what
 * a killed engine left in the state store. Throws OperationRunning with holder, start and the way out; StateUnreadable, NoSpace.
 */
export async function lockStack(stack: StackLocation, kind: OperationKind): Promise<FileLock> {
  const folder = join(stack.stateDirectory, 'locks', requireStackName(stack.name));
  const lock = await takeLock(folder, {
    purpose: kind,
    whenUnsure: 'respect',
    onWait: (holder) => refuse(stack, holder),
  }).catch((cause: unknown) => {
    if (isTestbedError(cause)) throw cause;
    throw isNoSpace(cause) ? noSpace(folder, cause) : stateUnreadable(folder, cause);
  });
  try {
    clearEngineLocks(stack);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function refuse(stack: StackLocation, { file, told }: LockHolder): never {
  if (told === undefined) throw damagedLock(file);
  const { pid, host } = told.process;
  throw operationRunning(stack.name, `${told.purpose}, pid ${pid}, ${host}`, told.since, pid);
}

const engineLock = z.object({ pid: z.int().positive(), hostname: z.string(), timestamp: z.string() });

/**
 * The engine's own locks have no end of their own: one of a killed process stays for ever. Ours is held now, so what is left here is
 * of an engine whose driver is gone; it is removed when its process is provably gone too, else the operation is refused.
 */
function clearEngineLocks(stack: StackLocation): void {
  const folder = join(
    stack.stateDirectory,
    '.pulumi',
    'locks',
    'organization',
    PULUMI_PROJECT,
    requireStackName(stack.name),
  );
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // No folder: no lock was ever taken.
    return;
  }
  const here = currentProcess();
  for (const name of names.filter((entry) => entry.endsWith('.json'))) {
    const file = join(folder, name);
    const content = readIfThere(file);
    if (content === undefined) continue;
    const lock = parse(content, engineLock);
    if (lock === undefined) throw stateUnreadable(file, new Error('it is no lock of the engine'));
    if (lock.hostname !== here.host || isHolder(lock.pid, Date.parse(lock.timestamp)))
      throw operationRunning(stack.name, `pulumi, pid ${lock.pid}, ${lock.hostname}`, lock.timestamp, lock.pid);
    rmSync(file, { force: true });
  }
}

/** Whether the process of this number can be the one that wrote a lock at `instant`: one that started later is another. */
function isHolder(pid: number, instant: number): boolean {
  if (!exists(pid)) return false;
  const started = startInstantOf(pid);
  // The start is known to the second only.
  return started === undefined || Number.isNaN(instant) || started <= instant + 1000;
}

function damagedLock(file: string): TestbedError {
  return new TestbedError(
    'StateUnreadable',
    text(`the lock ${file} cannot be read`, `잠금 파일 ${file}을(를) 읽을 수 없습니다`),
    {
      hint: text(
        `when no other operation goes on, end it and run the same command again: rm ${file}`,
        `진행 중인 다른 작업이 없다면 지운 뒤 같은 명령을 다시 실행하세요: rm ${file}`,
      ),
    },
  );
}

function operationRunning(name: string, who: string, since: string, pid: number): TestbedError {
  return new TestbedError(
    'OperationRunning',
    text(
      `another operation works on '${name}' since ${since} (${who})`,
      `'${name}'에 대한 다른 작업이 ${since}부터 진행 중입니다(${who})`,
    ),
    {
      hint: text(
        `wait for its end, or end it: kill -INT ${pid}`,
        `작업이 끝날 때까지 기다리거나 중단하세요: kill -INT ${pid}`,
      ),
    },
  );
}

function parse<T>(content: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    throw stateUnreadable(file, cause);
  }
}
