import { join } from 'node:path';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';
import { openRecords, type Records } from '../../operations/records';
import type { Surroundings } from '../../operations/surroundings';

/** A site without a cluster, for what only its store and its keys are needed for. */
export interface PlainSite {
  readonly home: string;
  readonly surroundings: Surroundings;
  readonly store: DocumentStore;
  readonly records: Records;
}

export function siteOf(home: string): PlainSite {
  const store = openDirectoryStore(join(home, 'store'));
  return {
    home,
    store,
    records: openRecords(store),
    surroundings: {
      environment: { TESTBED_HOME: home },
      cwd: home,
      now: () => new Date(),
      language: 'en',
      onProgress: () => undefined,
      onWarning: () => undefined,
      confirm: () => Promise.resolve(),
      signal: new AbortController().signal,
    },
  };
}
