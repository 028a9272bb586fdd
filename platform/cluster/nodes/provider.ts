import type { KubernetesClient } from '../../../kubernetes/types';

/** A way to have nodes. Simulated ones stand today; real ones come behind the same interface. */
export interface NodeProvider {
  /** How many nodes there will be. */
  readonly count: number;
  /** Makes exactly its nodes exist, idempotently; `client` may write nodes. */
  ensure(client: KubernetesClient, signal: AbortSignal): Promise<void>;
  /** How many of its nodes are ready now. */
  ready(client: KubernetesClient, signal: AbortSignal): Promise<number>;
}
