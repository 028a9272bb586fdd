import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBareControlPlane } from '../../bench/faults/bare-control-plane';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import { sharedUp } from '../../operations/shared';
import { toolPath } from '../../platform/toolchain';
import { openTestSite } from '../support/testbeds';

// An existing cluster as it comes: nothing of ours was ever on it. It has no nodes.

it('shared up makes its own namespace on a cluster that never had one, and changes nothing a second time', async () => {
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
    const system = { apiVersion: 'v1', kind: 'Namespace', name: 'testbed-system' };
    try {
      expect((await sharedUp(site.target, site.surroundings)).outcome).toBe('created');
      const made = await admin.get(system);
      expect(made?.metadata.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': 'restricted',
        'testbed.io/role': 'system',
      });
      expect((await sharedUp(site.target, site.surroundings)).outcome).toBe('unchanged');
      expect((await admin.get(system))?.metadata.resourceVersion).toBe(made?.metadata.resourceVersion);
    } finally {
      await admin.close();
      await site.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
