import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../kubernetes/types';
import { eventually } from '../cluster-under-test';
import { newNamespace, type RunningCluster } from '../running-cluster';

/** Nodes and storage of the cluster that runs, which are none. */
export function simulation({ cluster, ready, clientAs }: RunningCluster): void {
  describe('simulated nodes and storage', () => {
    it('are marked as simulated wherever shown', async () => {
      await ready();
      const operator = await clientAs('operator');
      const marked: string[] = [];
      for await (const { metadata } of operator.list('v1', 'Node')) {
        expect(metadata.labels?.['testbed.io/simulated']).toBe('true');
        marked.push(metadata.name);
      }
      const storageClass = await operator.get({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        name: 'simulated',
      });
      expect(marked.toSorted()).toEqual(['simulated-1', 'simulated-2']);
      expect(storageClass?.metadata.labels?.['testbed.io/simulated']).toBe('true');
      expect((await cluster.status()).nodes).toEqual({ kind: 'simulated', count: 2 });
    });

    it('make a StatefulSet with a claim ready, and end its volume with the claim', async () => {
      await ready();
      const admin = await clientAs('admin');
      const where = await newNamespace(admin);
      const labels = { app: 'database' };
      await admin.create({
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'database', namespace: where },
        spec: {
          serviceName: 'database',
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            // The namespace controller waits half of the grace of the pods that it ends.
            spec: {
              terminationGracePeriodSeconds: 0,
              containers: [
                { name: 'database', image: 'database', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
              ],
            },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          ],
        },
      });
      const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'database', namespace: where };
      await eventually('the StatefulSet is ready', async () => {
        const { status } = (await admin.get(set)) as KubernetesObject & { status?: { readyReplicas?: number } };
        return status?.readyReplicas === 1 ? true : undefined;
      });
      const volumes = async (): Promise<KubernetesObject[]> => {
        const found: KubernetesObject[] = [];
        for await (const volume of admin.list('v1', 'PersistentVolume'))
          if (JSON.stringify(volume['spec']).includes(where)) found.push(volume);
        return found;
      };
      expect((await volumes()).map(({ metadata }) => metadata.labels)).toEqual([{ 'testbed.io/simulated': 'true' }]);
      await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: where });
      await eventually('the volume is gone', async () => ((await volumes()).length === 0 ? true : undefined));
    });
  });
}
