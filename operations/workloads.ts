import { LABELS } from '../components/vocabulary';
import { waitReady } from '../kubernetes/wait';
import type { KubernetesClient, ObjectReference } from '../kubernetes/types';
import { nameOf } from '../kubernetes/wording';
import type { DocumentStore } from '../engine/store/types';
import { TestbedError, text, verbatim } from '../errors';
import { namespaceIsEnded } from './made-anew';
import { recordedOf } from './recorded';
import type { TestbedRecord } from './records';
import type { Surroundings } from './surroundings';

/** What a testbed waits for: the platform's own workloads, not the participant's. */
const WAITED_KINDS: readonly (readonly [string, string])[] = [
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'Deployment'],
];

const READY_TIMEOUT_SECONDS = 300;

type Workload = ObjectReference & { readonly namespace: string };

/**
 * Waits until every workload of ours in the testbed's namespace is ready. Throws NotReady with the real reason when time is out, and at once where one that
 * was recorded is not among them.
 */
export async function waitForWorkloads(
  client: KubernetesClient,
  { id, name }: Pick<TestbedRecord, 'id' | 'name'>,
  store: DocumentStore,
  surroundings: Surroundings,
): Promise<void> {
  const [recorded, workloads] = await Promise.all([recordedOf(store, id), ourWorkloads(client, id)]);
  const missing = WAITED_KINDS.flatMap(([apiVersion, kind]) =>
    recorded
      .filter(({ resourceType }) => resourceType === `kubernetes:${apiVersion}:${kind}`)
      .map((one) => ({ kind, namespace: id, name: one.id.slice(one.id.indexOf('/') + 1) })),
  ).find((one) => !workloads.some(({ kind, name: found }) => kind === one.kind && found === one.name));
  if (missing !== undefined) {
    const within = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: id });
    const isStanding = within !== undefined && within.metadata.deletionTimestamp === undefined;
    throw isStanding ? isGone(missing, name) : namespaceIsEnded({ id, name });
  }
  await Promise.all(workloads.map((workload) => waitForOne(client, workload, surroundings)));
}

/** By our label. */
async function ourWorkloads(client: KubernetesClient, namespace: string): Promise<readonly Workload[]> {
  const found: Workload[] = [];
  for (const [apiVersion, kind] of WAITED_KINDS) {
    const selection = { namespace, labelSelector: `${LABELS.managed}=true`, metadataOnly: true };
    for await (const { metadata } of client.list(apiVersion, kind, selection))
      found.push({ apiVersion, kind, namespace, name: metadata.name });
  }
  return found;
}

function isGone(workload: Pick<Workload, 'kind' | 'namespace' | 'name'>, testbed: string): TestbedError {
  const { en, ko } = nameOf(workload);
  return new TestbedError(
    'NotReady',
    text(
      `${en} is gone, or does not bear the mark of its testbed any more`,
      `${ko}이(가) 없거나 테스트베드의 표시가 지워졌습니다`,
    ),
    {
      hint: text(
        `have it brought back: testbed drift ${testbed} --repair --now`,
        `되돌리려면 실행하세요: testbed drift ${testbed} --repair --now`,
      ),
    },
  );
}

async function waitForOne(client: KubernetesClient, workload: Workload, surroundings: Surroundings): Promise<void> {
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
