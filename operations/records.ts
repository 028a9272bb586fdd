import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DocumentStore, StoredDocument, Version } from '../engine/store/types';
import { TestbedError, reasonOf, text } from '../errors';
import { inParallel } from '../kubernetes/concurrency';

const id = z.string().regex(/^tb-[a-z0-9]{6}$/);

/** Which cluster a testbed lives on; the uid is that of the namespace kube-system, which a cluster keeps for life. */
const clusterReference = z.strictObject({
  kind: z.enum(['embedded', 'existing']),
  context: z.string().optional(),
  server: z.string(),
  uid: z.string(),
});

const builtBy = z.strictObject({ package: z.string(), components: z.int().min(0), at: z.string() });

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
  /** Version of the package that last built it. */
  components: z.string(),
  /** What made it, and each other version that changed it since, the last at the end; records of earlier versions have none. */
  versions: z.strictObject({ madeBy: builtBy, history: z.array(builtBy) }).optional(),
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

/** Documents: the live ones by name, which of them bears an id, and the ended ones by id. A testbed's name has 40 letters at most, so no key is too long. */
const LIVE = 'records/live/';
const IDS = 'records/ids/';
const ENDED = 'records/ended/';
const READ_AT_ONCE = 16;

const bearer = z.strictObject({ version: z.literal(1), name: z.string() });

/**
 * What a site knows of its testbeds, one document each. A writing is compared with what this object read or wrote last of that name, by `find`, `reserve` or
 * `save`: where somebody else wrote meanwhile it throws OperationRunning and nothing is written. So one operation opens one of these, and `list` compares nothing.
 * Everything throws StateUnreadable naming a damaged document, and what the store throws.
 */
export interface Records {
  /** Live ones, by name. */
  list(): Promise<TestbedRecord[]>;
  /** By name or id; reads no other record, but for an id that nobody seems to have. */
  find(nameOrId: string): Promise<TestbedRecord | undefined>;
  /** An id that no testbed has or had. */
  newId(): Promise<string>;
  /** Takes a name for a new testbed. When another run was first, answers with its record: a name is given out once. */
  reserve(record: TestbedRecord): Promise<TestbedRecord>;
  save(record: TestbedRecord): Promise<void>;
  /** Keeps the record beside the live ones, for those who ask later. */
  end(record: TestbedRecord): Promise<void>;
  ended(): Promise<TestbedRecord[]>;
}

export function openRecords(store: DocumentStore): Records {
  const seen = new Map<string, Version>();
  const take = async (key: string): Promise<TestbedRecord | undefined> => {
    const found = await store.read(key);
    if (found === undefined) seen.delete(key);
    else seen.set(key, found.version);
    return found === undefined ? undefined : parsed(store, key, found, record);
  };
  const all = async (prefix: string): Promise<TestbedRecord[]> => {
    const keys: string[] = [];
    for await (const key of store.list(prefix)) keys.push(key);
    const records: TestbedRecord[] = [];
    await inParallel(READ_AT_ONCE, keys, async (key) => {
      const found = await store.read(key);
      // What ended since it was listed is none any more.
      if (found !== undefined) records.push(parsed(store, key, found, record));
    });
    return records.sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const byId = async (id: string): Promise<TestbedRecord | undefined> => {
    const key = `${IDS}${id}`;
    const found = await store.read(key);
    if (found !== undefined) {
      const borne = await take(`${LIVE}${parsed(store, key, found, bearer).name}`);
      return borne?.id === id ? borne : undefined;
    }
    // A run that was killed after it wrote the record and before it wrote who bears the id: that is made good.
    const unmarked = (await all(LIVE)).find((one) => one.id === id);
    if (unmarked === undefined) return undefined;
    await store.write(key, contentOf({ version: 1, name: unmarked.name }), 'absent');
    return take(`${LIVE}${unmarked.name}`);
  };
  const save = async (one: TestbedRecord): Promise<void> => {
    const key = `${LIVE}${one.name}`;
    const outcome = await store.write(key, contentOf(one), seenVersion(seen, key));
    if (outcome.kind === 'conflict') throw lostRace(one.name);
    seen.set(key, outcome.version);
  };
  return {
    list: () => all(LIVE),
    ended: () => all(ENDED),
    save,
    async find(nameOrId) {
      if (!RECORD_NAME.test(nameOrId)) return undefined;
      return (await take(`${LIVE}${nameOrId}`)) ?? (isTestbedId(nameOrId) ? byId(nameOrId) : undefined);
    },
    async newId() {
      for (;;) {
        const candidate = randomId();
        const taken = await Promise.all([store.read(`${IDS}${candidate}`), store.read(`${ENDED}${candidate}`)]);
        if (taken.every((one) => one === undefined)) return candidate;
      }
    },
    async reserve(one) {
      const [key, idKey] = [`${LIVE}${one.name}`, `${IDS}${one.id}`];
      const [named, marked] = await Promise.all([
        store.write(key, contentOf(one), 'absent'),
        store.write(idKey, contentOf({ version: 1, name: one.name }), 'absent'),
      ]);
      if (named.kind === 'written' && marked.kind === 'written') {
        seen.set(key, named.version);
        return one;
      }
      if (marked.kind === 'written') await store.end(idKey, marked.version);
      if (named.kind === 'written') {
        await store.end(key, named.version);
        throw lostRace(one.name);
      }
      const first = await take(key);
      if (first === undefined) throw lostRace(one.name);
      return first;
    },
    async end(one) {
      const [key, endedKey, idKey] = [`${LIVE}${one.name}`, `${ENDED}${one.id}`, `${IDS}${one.id}`];
      // Read first, then look whether it is ours to end: whoever follows writes the live record before the ended one, so that one of both comparisons finds it.
      const before = await store.read(endedKey);
      if ((await store.read(key))?.version !== seenVersion(seen, key)) throw lostRace(one.name);
      const outcome = await store.write(endedKey, contentOf(one), before?.version ?? 'absent');
      if (outcome.kind === 'conflict') throw lostRace(one.name);
      if ((await store.end(key, seenVersion(seen, key))) === 'conflict') {
        if (before === undefined) await store.end(endedKey, outcome.version);
        throw lostRace(one.name);
      }
      seen.delete(key);
      const mark = await store.read(idKey);
      if (mark !== undefined) await store.end(idKey, mark.version);
    },
  };
}

/** Takes a record over as it is, from an older layout or a backup. Does nothing where the site has one of that name or id already. */
export async function adoptRecord(store: DocumentStore, content: unknown): Promise<TestbedRecord> {
  const one = record.parse(content);
  const key = one.infrastructure === 'destroyed' ? `${ENDED}${one.id}` : `${LIVE}${one.name}`;
  const outcome = await store.write(key, contentOf(one), 'absent');
  if (one.infrastructure === 'destroyed') return one;
  await store.write(`${IDS}${one.id}`, contentOf({ version: 1, name: one.name }), 'absent');
  // Another run may have taken it over and ended it since this one looked: then it stays ended.
  if (outcome.kind === 'written' && (await store.read(`${ENDED}${one.id}`)) !== undefined)
    await store.end(key, outcome.version);
  return one;
}

/** What a name or id can be: what nobody can have is not asked for. */
const RECORD_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function isTestbedId(word: string): boolean {
  return id.safeParse(word).success;
}

/** A random id: 36^6 of them. */
function randomId(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  for (;;) {
    // 252 = 7 * 36: bytes above are dropped, so that every letter is as likely.
    const bytes = [...randomBytes(32)].filter((byte) => byte < 252).slice(0, 6);
    if (bytes.length === 6) return `tb-${bytes.map((byte) => letters.charAt(byte % 36)).join('')}`;
  }
}

function contentOf(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function seenVersion(seen: ReadonlyMap<string, Version>, key: string): Version {
  const version = seen.get(key);
  if (version === undefined) throw new Error(`the record ${key} was not read before it was to be written`);
  return version;
}

function parsed<T>(store: DocumentStore, key: string, { content }: StoredDocument, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    const why = (cause instanceof z.ZodError ? z.prettifyError(cause) : reasonOf(cause)).slice(0, 300);
    throw new TestbedError(
      'StateUnreadable',
      text(
        `the record ${key} in ${store.place} cannot be read: ${why}`,
        `${store.place}의 기록 ${key}을(를) 읽을 수 없습니다: ${why}`,
      ),
      {
        cause,
        hint: text(
          'restore it from a backup: testbed state restore FILE',
          '백업에서 복원하세요: testbed state restore 파일',
        ),
      },
    );
  }
}

function lostRace(name: string): TestbedError {
  return new TestbedError(
    'OperationRunning',
    text(
      `another run changed the record of '${name}' meanwhile; nothing was recorded by this one`,
      `그동안 다른 실행이 '${name}'의 기록을 변경하여 이번 실행은 기록하지 않았습니다`,
    ),
    {
      hint: text(
        `see how it is, then run the same command again: testbed show ${name}`,
        `상태를 확인한 뒤 같은 명령을 다시 실행하세요: testbed show ${name}`,
      ),
    },
  );
}
