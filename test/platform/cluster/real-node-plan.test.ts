import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runInNode } from '../../../platform/cluster';
import { clusterLayout } from '../../../platform/cluster/layout';
import { nodeCgroup } from '../../../platform/cluster/nodes/real/cgroups';
import { chooseNetwork, hostDevice } from '../../../platform/cluster/nodes/real/network';
import { sandboxScript } from '../../../platform/cluster/nodes/real/sandbox-script';

const token = fc.stringMatching(/^[0-9a-f]{32}$/);

describe('the link of a node', () => {
  it('has two neighbouring addresses of the range for tests, the same for the same cluster', () => {
    fc.assert(
      fc.property(token, (own) => {
        const { hostAddress, nodeAddress } = chooseNetwork(own, undefined);
        expect(hostAddress).toMatch(/^198\.1[89]\./);
        const [host = 0, node = 0] = [hostAddress, nodeAddress].map((address) => Number(address.split('.')[3]));
        expect([host % 4, node - host]).toEqual([1, 1]);
        expect(chooseNetwork(own, undefined)).toEqual({ hostAddress, nodeAddress });
        expect(chooseNetwork(own, { hostAddress, nodeAddress })).toEqual({ hostAddress, nodeAddress });
      }),
      { numRuns: 20 },
    );
  });

  it('keeps what is remembered, unless this host has a route or an address there by now', () => {
    const own = 'a'.repeat(32);
    const remembered = { hostAddress: '198.19.255.253', nodeAddress: '198.19.255.254' };
    expect(chooseNetwork(own, remembered)).toEqual(remembered);
    const taken = { hostAddress: '127.0.0.1', nodeAddress: '127.0.0.2' };
    expect(chooseNetwork(own, taken)).toEqual(chooseNetwork(own, undefined));
  });

  it('bears a name that fits the kernel and no other cluster’s', () => {
    fc.assert(
      fc.property(token, token, (one, other) => {
        fc.pre(one !== other);
        expect(hostDevice(one)).toMatch(/^tb[0-9a-f]{6}$/);
        expect(nodeCgroup(one)).toMatch(/^\/testbed-[0-9a-f]{8}$/);
        expect(nodeCgroup(one)).not.toBe(nodeCgroup(other));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the program that makes a node’s namespaces', () => {
  it('is a shell program whatever the paths are called', () => {
    const folder = mkdtempSync(join(tmpdir(), 'testbed-script-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'sandbox.sh');
    for (const odd of ['plain', "it's", 'a b', '$(exit 3)', 'a;b', 'a,b:c', '"', '`x`', '노드'])
      expect(syntax(file, `/clusters/${odd}/node`)).toBe('');
  });
});

function syntax(file: string, folder: string): string {
  const script = sandboxScript({
    root: `${folder}/image`,
    folder,
    stage: `${folder}/sandbox`,
    programs: { kubelet: `${folder}/kubelet` },
    kubelet: `${folder}/kubelet-data`,
    boundaryRules: `${folder}/rules`,
    hostName: 'node-1',
    machineId: 'b'.repeat(32),
    device: 'tb012345',
    network: { hostAddress: '198.18.0.1', nodeAddress: '198.18.0.2' },
  });
  writeFileSync(file, script);
  return execFileSync('sh', ['-n', file], { encoding: 'utf8' });
}

describe('a command in a node', () => {
  it('is refused in words where there is no node', async () => {
    const layout = clusterLayout(join(tmpdir(), 'testbed-no-such-cluster'));
    await expect(runInNode(layout, ['true'])).rejects.toMatchObject({ code: 'ClusterNotRunning' });
  });
});
