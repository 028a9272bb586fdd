import { setTimeout as delay } from 'node:timers/promises';
import { LABELS, NAMESPACES } from '../components/vocabulary';
import type { Claim } from '../engine/claims/held-claim';
import { text } from '../errors';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import type { Surroundings } from './surroundings';

/**
 * For so long an API server takes a token for good that it accepted before, without looking whether the Secret that it is bound to is still there: 10 s, fixed in
 * kube-apiserver (TokenSuccessCacheTTL), and a second for clocks that tick at another pace.
 */
const ACCEPTED_MS = 11_000;

/** The Secret of an operation: by the number of its claim, or by a random word for one that changes nothing. */
export function operationSecret(stack: string, mark: number | Buffer, purpose: string): KubernetesObject {
  const suffix = typeof mark === 'number' ? String(mark) : `look-${mark.toString('hex')}`;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `operation-${stack}-${suffix}`,
      namespace: NAMESPACES.system,
      labels: { [LABELS.component]: 'operation', [LABELS.operation]: stack },
      annotations: { 'testbed.io/purpose': purpose },
    },
    type: 'Opaque',
  };
}

/**
 * Keeps former holders of a claim from changing the cluster: ends the Secrets of lower numbers, by which their tokens end, and waits until the API server has forgotten that it accepted
 * them, unless those holders are gone or have finished. Without a former one that may have left a Secret it asks nothing.
 */
export async function fenceOperations(
  client: KubernetesClient,
  claim: Claim,
  { onProgress, signal }: Pick<Surroundings, 'onProgress' | 'signal'>,
): Promise<void> {
  // Who was followed once may have woken up since, and made its Secret just before it found its claim gone.
  if (!claim.due.cluster && !claim.due.credential && !claim.contested) return;
  await endFormer(client, claim);
  claim.fenced('credential');
  if (!claim.due.cluster) return;
  const began = performance.now();
  const step = {
    id: `fence:${claim.stack}`,
    title: text(`end what the last run on '${claim.stack}' may do`, `'${claim.stack}'의 이전 실행 권한 종료`),
  };
  onProgress({ ...step, state: 'start' });
  try {
    await delay(ACCEPTED_MS, undefined, { signal });
  } catch (error) {
    onProgress({ ...step, state: 'failed', elapsedMs: performance.now() - began });
    throw error;
  }
  claim.fenced('cluster');
  onProgress({ ...step, state: 'done', elapsedMs: performance.now() - began });
}

async function endFormer(client: KubernetesClient, { stack, number }: Claim): Promise<void> {
  const selection = {
    namespace: NAMESPACES.system,
    labelSelector: `${LABELS.operation}=${stack}`,
    metadataOnly: true,
  };
  const prefix = `operation-${stack}-`;
  for await (const { metadata } of client.list('v1', 'Secret', selection)) {
    const { name, uid } = metadata;
    const former = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^\d+$/.test(former) || Number(former) >= number || uid === undefined) continue;
    await client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name }, { uid });
  }
}
