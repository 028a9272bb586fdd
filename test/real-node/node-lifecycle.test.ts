import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runInNode } from '../../platform/cluster';
import type { ClusterLayout } from '../../platform/cluster/layout';
import { nodeCgroup, processesIn } from '../../platform/cluster/nodes/real/cgroups';
import { ownProcesses } from '../../platform/cluster/processes/proof';
import { readInstance } from '../../platform/cluster/record/cluster-record';
import { NO_TRACES, tracesOf } from '../support/node-traces';
import { onOwnRealNode } from '../support/own-real-node';
import { runWriter, writingsOf } from '../support/volume-writer';

const node = onOwnRealNode();

it('brings every pod back with its data after a stop, a power cut, and leaves nothing of itself behind', async () => {
  const { cluster, layout } = node();
  const sysctls = hostSysctls();
  const { status } = await node().up({ without: 'base' });
  expect(status.state).toBe('ready');
  // Another image alone restarts nothing.
  expect((await node().up()).status.supervisorPid).toBe(status.supervisorPid);
  expect((await runInNode(layout, ['ctr', '-n', 'k8s.io', 'images', 'list', '-q'])).stdout).toContain(
    node().image('base'),
  );
  expect((await node().up()).outcome).toBe('unchanged');
  expect(hostSysctls()).toEqual(sysctls);
  expect(await hostRules(layout)).not.toMatch(/TESTBED|KUBE|cali/i);
  const token = readInstance(layout) ?? '';
  await runWriter(node());
  const standing = tracesOf(layout, token);
  expect(standing.devices).toHaveLength(1);
  expect(standing.loops).toHaveLength(1);
  expect(standing.cgroups.length).toBeGreaterThan(0);
  expect(standing.inContainers.length).toBeGreaterThan(3);

  await cluster.down();
  expect(tracesOf(layout, token)).toEqual(NO_TRACES);

  await node().up();
  // It was asked to stop in the way of its image, and had the time to say so.
  expect(await writingsOf(node(), 3)).toEqual(['started', 'interrupted', 'started']);

  cutPower(token);
  await node().up();
  expect(await writingsOf(node(), 4)).toEqual(['started', 'interrupted', 'started', 'started']);

  await cluster.down({ destroy: true });
  expect(tracesOf(layout, token)).toEqual(NO_TRACES);
  expect(existsSync(layout.directory)).toBe(false);
});

/** What the kubelet would set for the whole machine. */
function hostSysctls(): readonly string[] {
  const names = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops', 'kernel/hostname'];
  return names.map((name) => readFileSync(`/proc/sys/${name}`, 'utf8'));
}

/** The host's packet filter, by the node's own program: the host may have none. */
async function hostRules(layout: ClusterLayout): Promise<string> {
  const host = `--net=/proc/${process.pid}/ns/net`;
  const { stdout } = await runInNode(layout, ['nsenter', host, '--', 'xtables-nft-multi', 'iptables-save']);
  return stdout;
}

/** All at once, containers too, none can do anything any more. */
function cutPower(token: string): void {
  const cgroup = nodeCgroup(token);
  for (let left = everyone(token, cgroup); left.length > 0; left = everyone(token, cgroup))
    for (const pid of left) kill(pid);
}

function everyone(token: string, cgroup: string): readonly number[] {
  return [...ownProcesses(token).map(({ pid }) => pid), ...processesIn(cgroup)];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with another.
  }
}
