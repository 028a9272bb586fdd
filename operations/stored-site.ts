import { openStore } from '../engine/store/open-store';
import type { DocumentStore } from '../engine/store/types';
import { takeUpOldRecords } from './old-records';
import { openRecords, type Records } from './records';
import type { Site } from './site';
import type { Surroundings } from './surroundings';

/** A site with its store open, for one operation. */
export interface StoredSite extends Site, AsyncDisposable {
  readonly store: DocumentStore;
  readonly records: Records;
}

/**
 * Opens the site's store: what `TESTBED_STATE` names, else a folder of the site; the caller's where the surroundings bring one. Takes up what an older version
 * recorded in files. Creates nothing where there is nothing. Throws UsageWrong for a store that cannot be named so, and what the store throws.
 */
export async function openStoredSite(site: Site, surroundings: StoreSurroundings): Promise<StoredSite> {
  const store =
    surroundings.store ??
    (await openStore({
      directory: site.storeDirectory,
      url: surroundings.environment['TESTBED_STATE'],
      environment: surroundings.environment,
    }));
  const close = async (): Promise<void> => {
    if (surroundings.store === undefined) await store.close();
  };
  try {
    await takeUpOldRecords(site, store);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...site, store, records: openRecords(store), [Symbol.asyncDispose]: close };
}

type StoreSurroundings = Pick<Surroundings, 'environment' | 'store'>;
