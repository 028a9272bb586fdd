import { isTestbedError } from '../../../errors';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { collect, runRounds, type StorageStatus } from './rounds';
import { isLeft, volumeFor } from './simulated-volumes';

/** A round ends by then and starts with a fresh look at everything, so that nothing missed stays missed. */
const ROUND_SECONDS = 240;

async function bind(client: KubernetesClient, claim: KubernetesObject, signal: AbortSignal): Promise<void> {
  const volume = volumeFor(claim);
  if (volume === undefined) return;
  try {
    await client.create(volume, { signal });
  } catch (error) {
    // Made in an earlier round: the claim is bound to it in a moment.
    if (!isAlreadyThere(error)) throw error;
  }
}

function isAlreadyThere(error: unknown): boolean {
  if (!isTestbedError(error, 'KubernetesRefused') || !('failure' in error)) return false;
  const { failure } = error;
  return typeof failure === 'object' && failure !== null && 'reason' in failure && failure.reason === 'AlreadyExists';
}

async function release(
  client: KubernetesClient,
  volume: KubernetesObject,
  signal: AbortSignal,
  claims?: ReadonlySet<string>,
): Promise<void> {
  const left = isLeft(volume, claims);
  if (left === undefined) return;
  await client.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name: left.name }, { uid: left.uid, signal });
}

async function round(client: KubernetesClient, signal: AbortSignal, onRunning: () => void): Promise<void> {
  // Volumes first: a claim that comes while we look is in the second list, its volume is not in the first.
  const volumes = await collect(client.list('v1', 'PersistentVolume', { signal }));
  const claims = await collect(client.list('v1', 'PersistentVolumeClaim', { signal }));
  const living = new Set(claims.flatMap(({ metadata }) => metadata.uid ?? []));
  for (const volume of volumes) await release(client, volume, signal, living);
  onRunning();
  // A watch without a version begins with all that is there, so nothing is lost between list and watch.
  const options = { timeoutSeconds: ROUND_SECONDS, signal };
  const follow = async (kind: string, act: (object: KubernetesObject) => Promise<void>): Promise<void> => {
    for await (const event of client.watch('v1', kind, options))
      if (event.type === 'ADDED' || event.type === 'MODIFIED') await act(event.object);
  };
  await Promise.all([
    follow('PersistentVolumeClaim', (claim) => bind(client, claim, signal)),
    follow('PersistentVolume', (volume) => release(client, volume, signal)),
  ]);
}

/**
 * Binds claims of the class `simulated` to volumes without a disk, and ends those volumes with their claims, until `signal`.
 * `connect` makes a client for each round, so that a renewed certificate is used. `status` is kept up to date.
 */
export async function runSimulatedStorage(
  connect: () => KubernetesClient,
  status: StorageStatus,
  signal: AbortSignal,
): Promise<void> {
  await runRounds(connect, status, signal, round);
}
