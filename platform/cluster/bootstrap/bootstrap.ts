import { USERS } from '../../../components/vocabulary';
import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient } from '../../../kubernetes/types';
import type { ClusterLayout } from '../layout';
import type { NodeProvider } from '../nodes/provider';
import { issueClient } from '../pki/keys';
import { CLUSTER_MANAGER, bootstrapObjects } from './objects';

/** The one certificate with all rights: made for a start, held in memory only, useless soon after. */
const BOOTSTRAP_LIFE_MS = 10 * 60 * 1000;

/** A client with all rights for the minutes of a start. `close` it. */
export function bootstrapClient(layout: ClusterLayout, server: string): KubernetesClient {
  const request = { commonName: USERS.bootstrap, organizations: ['system:masters'] };
  const { caPem, certPem, keyPem } = issueClient(layout, request, BOOTSTRAP_LIFE_MS, new Date());
  return createClient({ server, caPem, credential: { kind: 'certificate', certPem, keyPem } });
}

/** Applies identities, classes and nodes. Idempotent: a second run changes nothing. */
export async function bootstrap(client: KubernetesClient, nodes: NodeProvider, signal: AbortSignal): Promise<void> {
  const objects = bootstrapObjects(await client.resources(), nodes.count > 0);
  // What the cluster brings is its own: a field that somebody changed by hand comes back with the next start.
  for (const object of objects) await client.apply(object, { fieldManager: CLUSTER_MANAGER, force: true, signal });
  await nodes.ensure(client, signal);
}
