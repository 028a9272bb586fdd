import { isKubernetesError } from '../../../kubernetes/failures';
import { fieldsAt, listAt, stringAt } from '../../../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import type { ClaimReference } from './local-claims';

/** A pod that is stopped gets so long to end well, whatever it asks for itself. */
const GRACE_SECONDS = 10;
/** After so many refusals by a disruption budget a pod is ended without asking. */
const PATIENCE = 3;

function canWrite(pod: KubernetesObject, claim: string): boolean {
  const spec = fieldsAt(pod, 'spec');
  return listAt(spec, 'volumes').some((volume) => {
    // A volume that a pod brings along is claimed under both their names.
    const own = Object.keys(fieldsAt(volume, 'ephemeral')).length > 0;
    if (own) return `${pod.metadata.name}-${stringAt(volume, 'name')}` === claim;
    const source = fieldsAt(volume, 'persistentVolumeClaim');
    return stringAt(source, 'claimName') === claim && source['readOnly'] !== true;
  });
}

function isOver(pod: KubernetesObject): boolean {
  const phase = stringAt(fieldsAt(pod, 'status'), 'phase');
  return pod.metadata.deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed';
}

/** Stops the pods that write into a volume over its claim. */
export class WriterStop {
  readonly #refusals = new Map<string, number>();

  /** Evicts every pod that may write into the claim's volume; resolves with the names of those that end now. */
  async stop(client: KubernetesClient, claim: ClaimReference, signal: AbortSignal): Promise<readonly string[]> {
    const stopped: string[] = [];
    for await (const pod of client.list('v1', 'Pod', { namespace: claim.namespace, signal })) {
      if (isOver(pod) || !canWrite(pod, claim.name)) continue;
      if (await this.#end(client, claim.namespace, pod, signal)) stopped.push(pod.metadata.name);
    }
    return stopped;
  }

  async #end(
    client: KubernetesClient,
    namespace: string,
    pod: KubernetesObject,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { name, uid = '' } = pod.metadata;
    const refusals = this.#refusals.get(uid) ?? 0;
    try {
      if (refusals >= PATIENCE)
        await client.delete(
          { apiVersion: 'v1', kind: 'Pod', namespace, name },
          { uid, gracePeriodSeconds: GRACE_SECONDS, signal },
        );
      else
        await client.raw('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
          body: {
            apiVersion: 'policy/v1',
            kind: 'Eviction',
            metadata: { name, namespace },
            deleteOptions: { gracePeriodSeconds: GRACE_SECONDS, preconditions: { uid } },
          },
          signal,
        });
      this.#refusals.delete(uid);
      return true;
    } catch (error) {
      if (!isKubernetesError(error) || error.failure.status < 400) throw error;
      // Gone meanwhile, or guarded by a disruption budget.
      if (error.failure.status === 429) this.#refusals.set(uid, refusals + 1);
      else if (error.failure.status !== 404 && error.failure.status !== 409) throw error;
      return false;
    }
  }
}
