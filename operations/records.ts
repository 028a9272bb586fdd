import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';

const id = z.string().regex(/^tb-[a-z0-9]{6}$/);

/** Which cluster a testbed lives on; the uid is that of the namespace kube-system, which a cluster keeps for life. */
const clusterReference = z.strictObject({
  kind: z.enum(['embedded', 'existing']),
  context: z.string().optional(),
  server: z.string(),
  uid: z.string(),
});

const record = z.strictObject({
  version: z.literal(1),
  id,
  name: z.string(),
  participant: z.string(),
  owner: z.string(),
  members: z.array(z.string()),
  grade: z.enum(['open', 'sensitive']),
  size: z.string(),
  ends: z.string(),
  cluster: clusterReference,
  /** Where the last operation left the infrastructure. */
  infrastructure: z.enum(['provisioning', 'ready', 'failed', 'destroying', 'destroyed']),
  /** Version of the components that last built it. */
  components: z.string(),
  createdAt: z.string(),
  changedAt: z.string(),
  /** Where the developer finds things; no secrets. */
  outputs: z.record(z.string(), z.json()),
  /** What it was last made from; records of earlier versions have none. */
  spec: z.json().optional(),
  /** Which passwords and certificate its database has, or is getting: counted from 1. */
  database: z.strictObject({ credentials: z.int().min(1) }).optional(),
  /** The clean inventory that proved its end. */
  emptiness: z.strictObject({ provedAt: z.string(), kindsChecked: z.number(), objectsFound: z.number() }).optional(),
});

export type TestbedRecord = z.output<typeof record>;
export type ClusterReference = z.output<typeof clusterReference>;

/** What this site knows of its testbeds, one file each, written whole or not at all. */
export interface Records {
  /** Live ones, by name. Throws StateUnreadable naming the damaged file. */
  list(): TestbedRecord[];
  find(name: string): TestbedRecord | undefined;
  /** Takes a name for a new testbed. When another run was first, answers with its record: a name is given out once. */
  reserve(record: TestbedRecord): TestbedRecord;
  save(record: TestbedRecord): void;
  /** Keeps the record beside the live ones, for those who ask later. */
  end(record: TestbedRecord): void;
  ended(): TestbedRecord[];
}

export function openRecords(directory: string): Records {
  const endedDirectory = join(directory, 'ended');
  const read = (folder: string): TestbedRecord[] =>
    namesIn(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => readRecord(join(folder, file)))
      .sort((a, b) => a.name.localeCompare(b.name));
  const list = (): TestbedRecord[] => read(directory);
  return {
    list,
    find: (name) => list().find((one) => one.name === name || one.id === name),
    reserve: (one) => {
      const file = join(directory, `${one.name}.json`);
      return write(file, one, 'keep') === 'exists' ? readRecord(file) : one;
    },
    save: (one) => void write(join(directory, `${one.name}.json`), one),
    end: (one) => {
      write(join(endedDirectory, `${one.id}.json`), one);
      rmSync(join(directory, `${one.name}.json`), { force: true });
    },
    ended: () => read(endedDirectory),
  };
}

/** A new opaque id; 36^6 of them, so a clash is checked by whoever takes one. */
export function newTestbedId(taken: ReadonlySet<string>): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  for (;;) {
    // 252 = 7 * 36: bytes above are dropped, so that every letter is as likely.
    const bytes = [...randomBytes(32)].filter((byte) => byte < 252).slice(0, 6);
    const candidate = `tb-${bytes.map((byte) => letters.charAt(byte % 36)).join('')}`;
    if (bytes.length === 6 && !taken.has(candidate)) return candidate;
  }
}

/** Before the first record there is no folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw unreadable(folder, cause);
  }
}

function readRecord(file: string): TestbedRecord {
  try {
    return record.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw unreadable(file, cause);
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
      hint: text(`restore the file from a backup, or move it away`, '백업에서 파일을 복원하거나 다른 곳으로 옮기세요'),
    },
  );
}

function write(file: string, value: TestbedRecord, existing: 'replace' | 'keep' = 'replace'): 'written' | 'exists' {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return writeWhole(file, `${JSON.stringify(value, null, 2)}\n`, { durable: true, existing });
  } catch (cause) {
    if (isNoSpace(cause)) throw noSpace(file, cause);
    throw new TestbedError(
      'NoPermission',
      text(`cannot write ${file}: ${reasonOf(cause)}`, `${file}을(를) 쓸 수 없습니다: ${reasonOf(cause)}`),
      { cause },
    );
  }
}
