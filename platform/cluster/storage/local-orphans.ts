import { join } from 'node:path';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { readSmallFile, writePrivateFile } from '../private-files';
import { claimOf, type VolumePlace } from './local-place';

/** So many at most are ended in one round: a mistake has bounds. */
const AT_MOST = 20;

/**
 * The volumes on disk that nobody has: neither a volume of the cluster nor a claim bears their uid. The names must have been looked up before the lists were asked for.
 * Leaves all of them where the cluster is not the one for which they were made.
 */
export async function orphans(
  client: KubernetesClient,
  place: VolumePlace,
  names: readonly string[],
  lists: { readonly volumes: readonly KubernetesObject[]; readonly claims: readonly KubernetesObject[] },
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!(await isSameCluster(client, place, names, signal))) {
    process.stderr.write(`${place.volumes} holds volumes of another cluster: they stay as they are\n`);
    return [];
  }
  const volumes = new Set(lists.volumes.map(({ metadata }) => metadata.name));
  const claims = new Set(lists.claims.flatMap(({ metadata }) => metadata.uid ?? []));
  return names.filter((name) => !volumes.has(name) && !claims.has(claimOf(name) ?? '')).slice(0, AT_MOST);
}

/** A cluster is known by the uid of a namespace that it always has and never makes again. */
async function isSameCluster(
  client: KubernetesClient,
  place: VolumePlace,
  names: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const namespace = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, signal);
  const uid = namespace?.metadata.uid;
  // A server that only just began has not made it yet.
  if (uid === undefined) return false;
  const file = join(place.volumes, '.cluster');
  const known = readSmallFile(file)?.trim();
  if (known === uid) return true;
  if (known !== undefined && names.length > 0) return false;
  writePrivateFile(file, `${uid}\n`);
  return true;
}
