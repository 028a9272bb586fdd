import { expect, it } from 'vitest';
import { sharedUp } from '../../operations/shared';
import { onBareCluster } from '../support/bare-site';

it('shared up makes its own namespace on a cluster that never had one, and changes nothing a second time', () =>
  onBareCluster(async (site, admin) => {
    const system = { apiVersion: 'v1', kind: 'Namespace', name: 'testbed-system' };
    expect((await sharedUp(site.target, site.surroundings)).outcome).toBe('created');
    const made = await admin.get(system);
    expect(made?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'testbed.io/role': 'system',
    });
    expect((await sharedUp(site.target, site.surroundings)).outcome).toBe('unchanged');
    expect((await admin.get(system))?.metadata.resourceVersion).toBe(made?.metadata.resourceVersion);
  }));
