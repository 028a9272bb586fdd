import { forgetDrift } from './drift-memory';
import type { StoredSite } from './stored-site';

/**
 * Ends what this site keeps of a stack whose objects are gone: its data key, and what earlier versions left of it. The engine ended its state. With `everything`, for a cluster that
 * is no more, also its state and its claim.
 */
export async function forgetStack(site: StoredSite, id: string, what: 'leftovers' | 'everything'): Promise<void> {
  const [{ forgetOldState }, { openDataKeys }, { forgetPublished }] = await Promise.all([
    import('../engine/old-state.js'),
    import('../engine/data-keys.js'),
    import('../engine/published-state.js'),
  ]);
  await forgetDrift(site.store, id);
  if (what === 'everything') await forgetPublished(site.store, id);
  forgetOldState(site.stateDirectory, id);
  await openDataKeys({ store: site.store, directory: site.keysDirectory }).end(id);
}
