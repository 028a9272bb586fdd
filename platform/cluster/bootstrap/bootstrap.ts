import { setTimeout as delay } from 'node:timers/promises';
import { STORAGE_CLASSES, USERS } from '../../../components/vocabulary';
import { createClient } from '../../../kubernetes/client';
import { conditionOf } from '../../../kubernetes/conditions';
import type { KubernetesClient, KubernetesObject, ObjectReference } from '../../../kubernetes/types';
import type { ClusterLayout } from '../layout';
import type { NodeProvider } from '../nodes/provider';
import { issueClient } from '../pki/keys';
import { calicoDefinitions } from './calico-definitions';
import { DNS_NAME, DNS_NAMESPACE, type ClusterDnsFacts } from './cluster-dns';
import { CLUSTER_MANAGER, SIMULATED_CSI_DRIVER, bootstrapObjects } from './objects';
import { realNodeObjects } from './real-node-objects';

/** The one certificate with all rights: made for a start, held in memory only, useless soon after. */
const BOOTSTRAP_LIFE_MS = 10 * 60 * 1000;
const POLL_MS = 50;

/** A client with all rights for the minutes of a start. `close` it. */
export function bootstrapClient(layout: ClusterLayout, server: string): KubernetesClient {
  const request = { commonName: USERS.bootstrap, organizations: ['system:masters'] };
  const { caPem, certPem, keyPem } = issueClient(layout, request, BOOTSTRAP_LIFE_MS, new Date());
  return createClient({ server, caPem, credential: { kind: 'certificate', certPem, keyPem } });
}

/**
 * Applies identities, classes and nodes. Idempotent: a second run changes nothing. With `dns` for a real node: what belongs to it comes, and
 * what only pretends goes; without, the other way round.
 */
export async function bootstrap(
  client: KubernetesClient,
  nodes: NodeProvider,
  signal: AbortSignal,
  dns?: ClusterDnsFacts,
): Promise<void> {
  // What the cluster brings is its own: a field that somebody changed by hand comes back with the next start.
  const apply = (object: KubernetesObject): Promise<KubernetesObject> =>
    client.apply(object, { fieldManager: CLUSTER_MANAGER, force: true, signal });
  if (dns !== undefined) {
    const definitions = calicoDefinitions();
    await Promise.all(definitions.map(apply));
    for (const definition of definitions) await untilEstablished(client, definition, signal);
  }
  const common = bootstrapObjects(await client.resources(), dns === undefined && nodes.count > 0);
  for (const object of common) await apply(object);
  for (const reference of obsolete(dns !== undefined)) await client.delete(reference, { signal });
  if (dns !== undefined) for (const object of realNodeObjects(dns)) await apply(object);
  await nodes.ensure(client, signal);
}

/** A kind can be used only when its definition says so, a moment after it was made. */
async function untilEstablished(
  client: KubernetesClient,
  definition: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, metadata } = definition;
  for (;;) {
    const found = await client.get({ apiVersion, kind, name: metadata.name }, signal);
    if (found !== undefined && conditionOf(found, 'Established')?.status === 'True') return;
    await delay(POLL_MS, undefined, { signal });
  }
}

/** What would be in the way of the other kind of node: a second default class, and a name server that nobody runs. */
function obsolete(isReal: boolean): readonly ObjectReference[] {
  if (isReal)
    return [
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: STORAGE_CLASSES.simulated },
      { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', name: SIMULATED_CSI_DRIVER },
    ];
  return [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: STORAGE_CLASSES.local },
    { apiVersion: 'apps/v1', kind: 'Deployment', name: DNS_NAME, namespace: DNS_NAMESPACE },
  ];
}
