import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../../errors';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { nextPause } from '../supervisor/pauses';

export interface StorageStatus {
  state: 'starting' | 'running' | 'backing-off' | 'stopped';
  restarts: number;
  lastExit?: string;
}

/**
 * Does `round` again and again until `signal`, each with a client of its own, so that a renewed certificate is used. One that fails is followed by a pause. The signal
 * that a round gets ends with it. `status` is kept up to date.
 */
export async function runRounds(
  connect: () => KubernetesClient,
  status: StorageStatus,
  signal: AbortSignal,
  round: (client: KubernetesClient, signal: AbortSignal, onRunning: () => void) => Promise<void>,
): Promise<void> {
  let pause: number | undefined;
  while (!signal.aborted) {
    const began = Date.now();
    let client: KubernetesClient | undefined;
    const ending = new AbortController();
    try {
      client = connect();
      await round(client, AbortSignal.any([signal, ending.signal]), () => {
        status.state = 'running';
      });
      pause = undefined;
    } catch (error) {
      if (signal.aborted) break;
      status.state = 'backing-off';
      status.restarts++;
      status.lastExit = reasonOf(error);
      pause = nextPause(pause, Date.now() - began);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    } finally {
      // One of two watches may still run.
      ending.abort();
      await client?.close();
    }
  }
  status.state = 'stopped';
}

export async function collect(objects: AsyncIterable<KubernetesObject>): Promise<KubernetesObject[]> {
  const all: KubernetesObject[] = [];
  for await (const object of objects) all.push(object);
  return all;
}
