import { query } from './addresses';
import type { Caller } from './caller';
import { fieldsAt, listAt, stringAt } from './json';
import { isKubernetesObject } from './objects';
import type { KubernetesObject, ListOptions } from './types';
import { namesOfAll } from './wording';

const PAGE = 500;
const WHOLE = 'application/json';
const METADATA = `application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${WHOLE}`;

/**
 * The objects of a list, page by page as they are read. A reader that takes longer than the server remembers the list (some minutes)
 * gets KubernetesRefused with reason Expired.
 */
export async function* listObjects(
  caller: Caller,
  path: string,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  options: ListOptions,
): AsyncGenerator<KubernetesObject> {
  const { namespace, labelSelector, fieldSelector, limit = PAGE, metadataOnly, signal } = options;
  let next: string | undefined;
  do {
    const page = query({ labelSelector, fieldSelector, limit, continue: next });
    const accept = metadataOnly === true ? METADATA : WHOLE;
    const { body } = await caller.call({
      verb: 'list',
      target: namesOfAll(kind, namespace),
      safety: 'read',
      request: { method: 'GET', path: `${path}${page}`, accept, signal },
    });
    for (const item of listAt(body, 'items')) {
      // Items of a list bear no kind of their own.
      const object: unknown = { ...item, apiVersion, kind };
      if (isKubernetesObject(object)) yield object;
    }
    const following = stringAt(fieldsAt(body, 'metadata'), 'continue');
    next = following === '' || following === next ? undefined : following;
  } while (next !== undefined);
}
