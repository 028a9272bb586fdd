import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import type { KubernetesClient } from '../../kubernetes/types';
import { openEmbeddedCluster } from '../../platform/cluster';
import { testSurroundings } from './cluster';
import { openTestSite, type TestSite } from './testbeds';

/** A cluster of a test's own, for what would disturb all others, and a site on it. */
export interface OwnCluster {
  readonly admin: KubernetesClient;
  readonly site: TestSite;
  close(): Promise<void>;
}

/** Starts it, without what testbeds share. A start that fails leaves nothing behind. */
export async function openOwnCluster(): Promise<OwnCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-own-'));
  const cluster = openEmbeddedCluster({ directory: join(folder, 'cluster') });
  const end = async (): Promise<void> => {
    await cluster.down({ destroy: true });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { tools } = testSurroundings();
    const tool = (name: string): string => tools[name] ?? '';
    await cluster.up({
      nodes: { kind: 'simulated', count: 1 },
      tools: {
        etcd: tool('etcd'),
        'kube-apiserver': tool('kube-apiserver'),
        'kube-controller-manager': tool('kube-controller-manager'),
        'kube-scheduler': tool('kube-scheduler'),
        kwok: tool('kwok'),
      },
      unsafeNoFsync: true,
    });
    const connection = await cluster.connection('admin');
    const kubeconfig = join(folder, 'admin.kubeconfig');
    writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'testbed-admin' }), { mode: 0o600 });
    const admin = createClient(connection);
    const site = openTestSite({ kubeconfig });
    return {
      admin,
      site,
      close: async () => {
        await Promise.all([admin.close(), site.close()]);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
