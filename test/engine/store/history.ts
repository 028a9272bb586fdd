import fc from 'fast-check';
import type { DocumentStore, Version } from '../../../engine/store/types';

const KEYS = ['claims/tb-a', 'records/a', 'records/ended', 'records/ended/a'] as const;

/** One act of one of two writers. */
export const act = fc.record({
  who: fc.constantFrom(0, 1),
  key: fc.constantFrom(...KEYS),
  kind: fc.constantFrom('write', 'write', 'write', 'end', 'read', 'list'),
  /** 0: by the newest version that was ever seen; else by any one, those from before an end included. */
  seen: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
  content: fc.string({ maxLength: 12 }),
});

type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;

/** What one act came to: in the store, and in a table of versions. */
export interface Told {
  readonly store: unknown;
  readonly model: unknown;
}

/** Lets writers do what the acts say, one after the other, in the stores and in a model of them. */
export async function runHistory(stores: readonly DocumentStore[], acts: readonly Act[]): Promise<Told[]> {
  const model = new Map<string, { readonly version: Version; readonly content: string }>();
  const seen = new Map<string, Version[]>();
  const told: Told[] = [];
  for (const { who, key, kind, seen: pick, content } of acts) {
    const store = stores[who];
    if (store === undefined) throw new Error('no such writer');
    const known = seen.get(key) ?? [];
    const present = model.get(key);
    const expected = pick === 0 ? (known.at(-1) ?? 'absent') : (known[pick % (known.length + 1)] ?? 'absent');
    if (kind === 'read') {
      const found = await store.read(key);
      told.push({
        store: found && { version: found.version, content: found.content.toString() },
        model: present,
      });
    } else if (kind === 'list') {
      const prefix = key.slice(0, key.lastIndexOf('/') + 1);
      told.push({
        store: await keysOf(store, prefix),
        model: [...model.keys()].filter((each) => each.startsWith(prefix)).sort(),
      });
    } else if (kind === 'end' && expected !== 'absent') {
      const holds = present?.version === expected;
      told.push({ store: await store.end(key, expected), model: holds ? 'ended' : 'conflict' });
      if (holds) model.delete(key);
    } else if (kind === 'write') {
      const holds = (present?.version ?? 'absent') === expected;
      const outcome = await store.write(key, Buffer.from(content), expected);
      told.push({ store: outcome.kind, model: holds ? 'written' : 'conflict' });
      if (outcome.kind === 'conflict') continue;
      told.push({ store: known.includes(outcome.version) ? 'a version came again' : 'new', model: 'new' });
      model.set(key, { version: outcome.version, content });
      seen.set(key, [...known, outcome.version]);
    }
  }
  return told;
}

export async function keysOf(store: DocumentStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}
