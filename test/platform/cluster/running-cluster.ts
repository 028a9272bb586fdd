import { randomBytes } from 'node:crypto';
import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient } from '../../../kubernetes/types';
import { openEmbeddedCluster, type ClusterIdentity, type ClusterStatus } from '../../../platform/cluster';
import type { ClusterLayout } from '../../../platform/cluster/layout';
import type { EmbeddedCluster } from '../../../platform/cluster/types';
import type { OnProgress } from '../../../errors';
import { eventually, temporaryCluster, tools } from './cluster-under-test';

/** One embedded cluster of the real components, for all the subjects of one test file. */
export interface RunningCluster {
  readonly cluster: EmbeddedCluster;
  readonly layout: ClusterLayout;
  readonly up: (onProgress?: OnProgress) => ReturnType<EmbeddedCluster['up']>;
  /** Waits for what an earlier test killed. */
  readonly ready: () => Promise<ClusterStatus>;
  /** Closed with the cluster. */
  readonly clientAs: (identity: ClusterIdentity) => Promise<KubernetesClient>;
  readonly end: () => Promise<void>;
}

/** Made here, started by `up`. Audit files are small and archived at once, so that archiving is seen. */
export function runningCluster(): RunningCluster {
  const { directory, layout, end } = temporaryCluster();
  const cluster = openEmbeddedCluster({ directory, switches: { auditMegabytes: 1, archiveEverySeconds: 0.5 } });
  const clients: KubernetesClient[] = [];
  return {
    cluster,
    layout,
    up: (onProgress) =>
      cluster.up({
        tools: tools(),
        nodes: { kind: 'simulated', count: 2 },
        unsafeNoFsync: true,
        ...(onProgress === undefined ? {} : { onProgress }),
      }),
    ready: () =>
      eventually('the cluster is ready', async () => {
        const status = await cluster.status();
        return status.state === 'ready' ? status : undefined;
      }),
    clientAs: async (identity) => {
      const client = createClient(await cluster.connection(identity));
      clients.push(client);
      return client;
    },
    end: async () => {
      for (const client of clients) await client.close();
      await cluster.down({ destroy: true });
      end();
    },
  };
}

/** Makes a namespace of a test's own; returns its name. */
export async function newNamespace(admin: KubernetesClient): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}
