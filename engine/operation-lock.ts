import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { TestbedError, isNoSpace, noSpace, text } from '../errors';
import { currentProcess, exists, livenessOf, startInstantOf, type ProcessIdentity } from './process-identity';
import { stateUnreadable, type StackLocation } from './state';
import { requireStackName } from './stack-name';
import type { OperationKind } from './types';

/** Two that start in the same instant both give way; they try again this often. */
const ATTEMPTS = 5;

const holder = z.object({
  kind: z.string(),
  since: z.string(),
  process: z.object({
    host: z.string(),
    pid: z.int().positive(),
    startedAt: z.string().optional(),
    boot: z.string().optional(),
    pidNamespace: z.string().optional(),
  }),
});
type Holder = z.output<typeof holder>;

export interface OperationLock {
  release(): void;
}

/**
 * Takes the exclusive right to change a stack on this site. A lock is a file of its own name, written first and looked around
 * after: of two contenders at most one stays, and a name is never used twice, so that removing a dead one's file can't hit a
 * live one. Locks of processes that are provably gone are removed; so is what a killed engine left in the state store.
 * Throws OperationRunning with holder, start and the way out.
 */
export async function lockStack(stack: StackLocation, kind: OperationKind): Promise<OperationLock> {
  const folder = join(stack.stateDirectory, 'locks', requireStackName(stack.name));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(folder, cause) : stateUnreadable(folder, cause);
  }
  for (let attempt = 1; ; attempt++) {
    refuseIfHeld(stack, otherHolders(folder, undefined)[0]);
    const file = join(folder, `${randomBytes(12).toString('hex')}.json`);
    const own: Holder = { kind, since: new Date().toISOString(), process: currentProcess() };
    writeAtOnce(file, JSON.stringify(own));
    const release = (): void => rmSync(file, { force: true });
    try {
      const [other] = otherHolders(folder, file);
      if (other === undefined) {
        clearEngineLocks(stack);
        return { release };
      }
      release();
      if (attempt === ATTEMPTS) refuseIfHeld(stack, other);
    } catch (error) {
      release();
      throw error;
    }
    await delay(5 + Math.random() * 40);
  }
}

/** The file appears with all its content or not at all: half a lock would hold the stack for ever, and nobody could tell whose it is. */
function writeAtOnce(file: string, content: string): void {
  const half = `${file}.half`;
  try {
    writeFileSync(half, content, { mode: 0o600, flag: 'wx' });
    renameSync(half, file);
  } catch (cause) {
    rmSync(half, { force: true });
    throw isNoSpace(cause) ? noSpace(file, cause) : stateUnreadable(file, cause);
  }
}

function otherHolders(folder: string, ownFile: string | undefined): Holder[] {
  const found: Holder[] = [];
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!name.endsWith('.json') || file === ownFile) continue;
    const content = readIfThere(file);
    if (content === undefined) continue;
    const parsed = parse(content, holder);
    // Locks appear whole, so this is a damaged one: nothing in it tells whether its writer is gone.
    if (parsed === undefined) throw damagedLock(file);
    if (livenessOf(identityOf(parsed)) === 'dead') rmSync(file, { force: true });
    else found.push(parsed);
  }
  return found;
}

function refuseIfHeld(stack: StackLocation, other: Holder | undefined): void {
  if (other === undefined) return;
  const { pid, host } = other.process;
  throw operationRunning(stack.name, `${other.kind}, pid ${pid}, ${host}`, other.since, pid);
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

function identityOf({ process: told }: Holder): ProcessIdentity {
  return told;
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
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw stateUnreadable(file, cause);
  }
}
