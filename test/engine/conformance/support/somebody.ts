import { parsePath } from '../../../../engine/provider/paths';
import { objectPath } from '../../../../kubernetes/addresses';
import type { KubernetesClient, ObjectReference } from '../../../../kubernetes/types';
import type { Edit } from '../kinds';

/** Somebody else changes a field that is there, and becomes its manager. */
export async function changedBySomebody(
  client: KubernetesClient,
  reference: ObjectReference,
  [path, to]: Edit,
): Promise<void> {
  const resource = await client.resource(reference.apiVersion, reference.kind);
  if (resource === undefined || to === undefined) throw new Error('nothing to change');
  const pointer = parsePath(path).map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  await client.raw('PATCH', `${objectPath(resource, reference.name, reference.namespace)}?fieldManager=somebody`, {
    body: [{ op: 'replace', path: `/${pointer.join('/')}`, value: to }],
    contentType: 'application/json-patch+json',
  });
}
