import { ANNOTATIONS, LABELS } from '../components/vocabulary';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';

/** Namespaces of testbeds on the cluster, by our own mark, whoever made them. */
export function markedNamespaces(client: KubernetesClient, signal?: AbortSignal): AsyncIterable<KubernetesObject> {
  const selection = { labelSelector: `${LABELS.managed}=true,${LABELS.role}=testbed`, metadataOnly: true };
  return client.list('v1', 'Namespace', signal === undefined ? selection : { ...selection, signal });
}

/** The id of the testbed that bears this display name on the cluster, or undefined. */
export async function findByMark(client: KubernetesClient, name: string): Promise<string | undefined> {
  for await (const { metadata } of markedNamespaces(client))
    if (metadata.annotations?.[ANNOTATIONS.name] === name) return metadata.name;
  return undefined;
}
