import type { RecordedObject } from '../engine/state';
import type { DocumentStore } from '../engine/store/types';

/** The objects of a stack as its state was published last; none where there is no state. Throws StateUnreadable. */
export async function recordedOf(store: DocumentStore, stack: string): Promise<readonly RecordedObject[]> {
  const [{ readPublished, statePlace }, { recordedObjects }] = await Promise.all([
    import('../engine/published-state.js'),
    import('../engine/state.js'),
  ]);
  const place = { name: stack, store };
  const content = (await readPublished(place))?.content;
  return content === undefined ? [] : recordedObjects(stack, content, statePlace(place));
}
