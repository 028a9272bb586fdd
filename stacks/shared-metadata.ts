import { COMPONENTS, LABELS } from '../components/vocabulary';

/** Metadata of what the cluster shares; it belongs to no testbed. */
export function sharedMetadata(
  name: string,
  namespace?: string,
): { name: string; namespace?: string; labels: Record<string, string> } {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [LABELS.managed]: 'true', [LABELS.component]: COMPONENTS.shared },
  };
}
