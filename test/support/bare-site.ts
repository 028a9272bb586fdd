import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBareControlPlane } from '../../bench/faults/bare-control-plane';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import type { KubernetesClient } from '../../kubernetes/types';
import { toolPath } from '../../platform/toolchain';
import { openTestSite, type TestSite } from './testbeds';

/** An existing cluster as it comes, nothing of ours was ever on it, and a site that works on it. It has no nodes. */
export async function onBareCluster(work: (site: TestSite, admin: KubernetesClient) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-bare-'));
  const tool = (name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager'): Promise<string> =>
    toolPath(name, { environment: process.env });
  try {
    await using plane = await openBareControlPlane({
      folder: join(folder, 'plane'),
      tools: {
        etcd: await tool('etcd'),
        'kube-apiserver': await tool('kube-apiserver'),
        'kube-controller-manager': await tool('kube-controller-manager'),
      },
      members: 1,
    });
    const { connection } = plane;
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'testbed-admin' }), { mode: 0o600 });
    const site = openTestSite({ kubeconfig });
    const admin = createClient(connection);
    try {
      await work(site, admin);
    } finally {
      await admin.close();
      await site.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
