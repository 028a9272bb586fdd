import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient } from '../../../kubernetes/types';
import { keptConnection } from '../kept-connection';
import type { ClusterLayout } from '../layout';
import type { RealNode } from '../nodes/real/real-node';
import type { ClusterRecord } from '../record/cluster-record';
import { runLocalStorage } from '../storage/local-storage';
import type { StorageStatus } from '../storage/rounds';
import { runSimulatedStorage } from '../storage/simulated-storage';

const POLL_MS = 100;

/** Makes volumes until `signal`: on the real node once it is up, or such that only pretend. Rejects when aborted before. */
export async function runStorage(
  layout: ClusterLayout,
  record: ClusterRecord,
  node: RealNode | undefined,
  status: StorageStatus,
  signal: AbortSignal,
): Promise<void> {
  const connectAs = (name: 'simulated-storage' | 'local-storage') => (): KubernetesClient =>
    createClient(keptConnection(layout, record, name));
  if (node === undefined) return runSimulatedStorage(connectAs('simulated-storage'), status, signal);
  while (!node.isUp) await delay(POLL_MS, undefined, { signal });
  return runLocalStorage({ store: node.store, connect: connectAs('local-storage') }, status, signal);
}
