import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exists } from '../../host/process-identity';
import type { ClusterStatus } from '../../platform/cluster';
import { ownProcesses } from '../../platform/cluster/processes/proof';
import { readInstance } from '../../platform/cluster/record/cluster-record';
import { eventually } from '../platform/cluster/cluster-under-test';
import { onOwnRealNode, type OwnRealNode } from '../support/own-real-node';
import { runProbe } from '../support/volume-writer';

const node = onOwnRealNode();
const READY_MS = 90_000;

describe('a real node of which a part was killed', () => {
  it.each(['kubelet', 'containerd', 'calico-felix', 'kube-proxy', 'node-sandbox'] as const)(
    'runs pods again without a human: %s',
    async (role) => {
      await node().up();
      const before = pidOf(node(), role);
      process.kill(before, 'SIGKILL');
      await eventually(`another ${role}`, () => (pidOf(node(), role) !== before ? true : undefined), READY_MS);
      expect((await ready(node())).state).toBe('ready');
      await runProbe(node(), probeName());
    },
  );

  it('runs pods again when the helpers of the runtime are killed', async () => {
    await node().up();
    const helpers = helpersOf(node());
    expect(helpers.length).toBeGreaterThan(0);
    for (const pid of helpers) process.kill(pid, 'SIGKILL');
    await eventually(
      'the name server has a helper again',
      () => {
        const now = helpersOf(node());
        return now.length > 0 && now.every((pid) => !helpers.includes(pid)) ? true : undefined;
      },
      READY_MS,
    );
    await ready(node());
    await runProbe(node(), probeName());
  });

  it('is replaced by the next start when its supervisor was killed', async () => {
    await node().up();
    const orphans = partsOf(node());
    const { supervisorPid } = await node().status();
    process.kill(supervisorPid ?? 0, 'SIGKILL');
    // The signal is on its way only; up is asked once the process is gone, as embedded-cluster.test.ts does.
    await eventually('the supervisor is gone', () => (exists(supervisorPid ?? 0) ? undefined : true));
    expect((await node().up()).outcome).toBe('repaired');
    const now = partsOf(node());
    expect(now.filter((pid) => orphans.includes(pid))).toEqual([]);
    await runProbe(node(), probeName());
  });
});

function probeName(): string {
  return `probe-${randomBytes(3).toString('hex')}`;
}

/** The status once it is well again. */
async function ready(own: OwnRealNode): Promise<ClusterStatus> {
  return eventually(
    'the cluster is ready',
    async () => {
      const status = await own.status();
      return status.state === 'ready' ? status : undefined;
    },
    READY_MS,
  );
}

function partsOf({ layout }: OwnRealNode): readonly number[] {
  return ownProcesses(readInstance(layout) ?? '').map(({ pid }) => pid);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Of the runtime's helpers, which bear its role, there is one a pod. */
function helpersOf(own: OwnRealNode): readonly number[] {
  return partsOf(own).filter((pid) => commandOf(pid).startsWith('containerd-shim'));
}

/** 0 when there is none now. */
function pidOf({ layout }: OwnRealNode, role: string): number {
  const found = ownProcesses(readInstance(layout) ?? '').filter((own) => own.role === role);
  return found.find(({ pid }) => !commandOf(pid).startsWith('containerd-shim'))?.pid ?? 0;
}
