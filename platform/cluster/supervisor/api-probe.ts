import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient } from '../../../kubernetes/types';
import { keptConnection } from '../kept-connection';
import type { ClusterLayout } from '../layout';
import type { ClusterRecord } from '../record/cluster-record';

export const PROBE_TIMEOUT_MS = 5000;

/** Asks the API server whether it is ready. A new client a probe: it takes the renewed certificate and never a socket of a server that is gone. */
export class ApiProbe {
  readonly #layout: ClusterLayout;
  readonly #record: ClusterRecord;
  #client: KubernetesClient | undefined;

  constructor(layout: ClusterLayout, record: ClusterRecord) {
    this.#layout = layout;
    this.#record = record;
  }

  async isReady(): Promise<boolean> {
    try {
      await this.#client?.close();
      this.#client = createClient(keptConnection(this.#layout, this.#record, 'supervisor'));
      await this.#client.raw('GET', '/readyz', { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      return true;
    } catch {
      // What is wrong shows in the states of the components.
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }
}
