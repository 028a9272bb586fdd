import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { versionOf } from '../../../engine/store/document';
import type { DocumentStore, StoredDocument, Version } from '../../../engine/store/types';

/**
 * Documents of one process, for properties of what stands on a store; that the real stores compare and set is shown by their own tests. `writes` has every
 * writing that counted, in order.
 */
export function memoryStore(): DocumentStore & {
  readonly writes: { readonly key: string; readonly content: string }[];
} {
  const documents = new Map<string, StoredDocument>();
  const writes: { key: string; content: string }[] = [];
  const holds = (key: string, expected: Version | 'absent'): boolean =>
    (documents.get(key)?.version ?? 'absent') === expected;
  return {
    writes,
    place: 'memory',
    async read(key) {
      await nextTurn();
      return documents.get(key);
    },
    async write(key, content, expected) {
      await nextTurn();
      if (!holds(key, expected)) return { kind: 'conflict' };
      const version = versionOf(randomBytes(12).toString('hex'));
      documents.set(key, { content, version });
      writes.push({ key, content: content.toString('utf8') });
      return { kind: 'written', version };
    },
    async end(key, expected) {
      await nextTurn();
      if (!holds(key, expected)) return 'conflict';
      documents.delete(key);
      return 'ended';
    },
    async *list(prefix) {
      await nextTurn();
      yield* [...documents.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    async close() {},
  };
}

/** The same store as a machine sees it that can be stopped: what it asks while it is stopped is asked, and what it was told is heard, only after it woke up. */
export function stoppable(store: DocumentStore): { readonly store: DocumentStore; stop(): void; wake(): void } {
  let gate: PromiseWithResolvers<void> | undefined;
  const waking = async (): Promise<void> => {
    while (gate !== undefined) await gate.promise;
  };
  const awake = async <T>(ask: () => Promise<T>): Promise<T> => {
    await waking();
    const answer = await ask();
    await waking();
    return answer;
  };
  return {
    store: {
      place: store.place,
      read: (key) => awake(() => store.read(key)),
      write: (key, content, expected) => awake(() => store.write(key, content, expected)),
      end: (key, expected) => awake(() => store.end(key, expected)),
      list: (prefix) => store.list(prefix),
      close: () => store.close(),
    },
    stop() {
      gate ??= Promise.withResolvers();
    },
    wake() {
      gate?.resolve();
      gate = undefined;
    },
  };
}
