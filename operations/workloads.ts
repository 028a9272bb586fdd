import { LABELS } from '../components/vocabulary';
import { waitReady } from '../kubernetes/wait';
import type { KubernetesClient, ObjectReference } from '../kubernetes/types';
import { text, verbatim } from '../errors';
import type { Surroundings } from './surroundings';

/** What a testbed waits for: the platform's own workloads, not the participant's. */
const WAITED_KINDS: readonly (readonly [string, string])[] = [
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'Deployment'],
];

const READY_TIMEOUT_SECONDS = 300;

/** Waits until every workload of ours in the namespace is ready. Throws NotReady with the real reason when time is out. */
export async function waitForWorkloads(
  client: KubernetesClient,
  namespace: string,
  surroundings: Surroundings,
): Promise<void> {
  const workloads: ObjectReference[] = [];
  for (const [apiVersion, kind] of WAITED_KINDS) {
    const selection = { namespace, labelSelector: `${LABELS.managed}=true`, metadataOnly: true };
    for await (const { metadata } of client.list(apiVersion, kind, selection))
      workloads.push({ apiVersion, kind, namespace, name: metadata.name });
  }
  await Promise.all(workloads.map((workload) => waitForOne(client, workload, surroundings)));
}

async function waitForOne(
  client: KubernetesClient,
  workload: ObjectReference,
  surroundings: Surroundings,
): Promise<void> {
  const began = performance.now();
  const step = {
    id: `ready:${workload.kind}/${workload.name}`,
    title: text(`wait for ${workload.kind} ${workload.name}`, `${workload.kind} ${workload.name} 준비 대기`),
  };
  surroundings.onProgress({ ...step, state: 'start' });
  try {
    await waitReady(client, workload, {
      timeoutSeconds: READY_TIMEOUT_SECONDS,
      signal: surroundings.signal,
      onStatus: (reason) =>
        surroundings.onProgress({
          ...step,
          state: 'update',
          detail: typeof reason === 'string' ? verbatim(reason) : reason,
          elapsedMs: performance.now() - began,
        }),
    });
  } catch (error) {
    surroundings.onProgress({ ...step, state: 'failed', elapsedMs: performance.now() - began });
    throw error;
  }
  surroundings.onProgress({ ...step, state: 'done', elapsedMs: performance.now() - began });
}
