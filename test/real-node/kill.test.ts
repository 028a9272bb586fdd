import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readiness } from '../../kubernetes/readiness';
import type { ComponentName } from '../../platform/cluster';
import { nodeCgroup, processesIn } from '../../platform/cluster/nodes/real/cgroups';
import { readInstance } from '../../platform/cluster/record/cluster-record';
import { clusterLayout } from '../../platform/cluster/layout';
import { onRealNode, type PodPlace } from '../support/real-node';
import { lookUp, podAddress, reach, runClient } from '../support/real-pods';
import { runWriter, type Writer } from '../support/real-writer';
import { eventually } from '../support/rejection';

/** Parts of the node and what runs on it end by kill -9 while a client writes into a testbed's database: it heals by itself, and what was acknowledged is there. */
const node = onRealNode();
const run = randomBytes(2).toString('hex');

let testbed: string;
let writer: Writer;
let stranger: PodPlace;
let client: PodPlace;

beforeAll(async () => {
  if (!node.runs()) return;
  const database = { engine: 'postgresql', version: '15' };
  testbed = (await node().up({ name: `kill-${run}`, database })).testbed.id;
  const other = (await node().up({ name: `kill-other-${run}` })).testbed.id;
  writer = await runWriter(node(), testbed);
  [client, stranger] = await Promise.all([runClient(node(), testbed), runClient(node(), other)]);
}, 300_000);

async function componentOf(name: ComponentName): Promise<{ readonly pid: number; readonly restarts: number }> {
  return eventually(`${name} runs`, async () => {
    const { components } = await node().cluster.status();
    const found = components.find((one) => one.name === name);
    return found?.state === 'running' && found.pid !== undefined
      ? { pid: found.pid, restarts: found.restarts }
      : undefined;
  });
}

/** Kills a process of a container, by its first words; the oldest where there are several. */
function killInContainer(words: RegExp): number {
  const token = readInstance(clusterLayout(node().cluster.directory));
  const found = processesIn(nodeCgroup(token ?? ''))
    .toSorted((a, b) => a - b)
    .find((pid) => words.test(commandOf(pid)));
  if (found === undefined) throw new Error(`no container runs ${words}`);
  process.kill(found, 'SIGKILL');
  return found;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

async function isReady(apiVersion: string, kind: string, name: string, namespace?: string): Promise<true> {
  return eventually(
    `${kind} ${name} ready`,
    async () => {
      const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
      const object = await node().admin.get(reference);
      return object !== undefined && readiness(object).state === 'ready' ? true : undefined;
    },
    120,
  );
}

describe.for(['kubelet', 'containerd', 'calico-felix', 'kube-proxy'] as const)('%s', (name) => {
  it('is back after kill -9, and the database in use has lost nothing', async () => {
    const before = await componentOf(name);
    process.kill(before.pid, 'SIGKILL');
    const after = await eventually(
      `${name} is back`,
      async () => {
        const now = await componentOf(name);
        return now.pid === before.pid ? undefined : now;
      },
      60,
    );
    expect(after.restarts).toBe(before.restarts + 1);
    await writer.goesOn();
    expect(await writer.lost()).toEqual([]);
    // New pods start, have names, and the fence stands.
    const fresh = await runClient(node(), testbed, `after-${name}`);
    expect(await lookUp(node(), fresh, 'database')).toContain(`database.${testbed}.svc.cluster.local`);
    const database = await podAddress(node(), { namespace: testbed, pod: 'database-0' });
    expect(await reach(node(), fresh, database, 5432)).toBe('reached');
    expect(await reach(node(), stranger, database, 5432)).toBe('timed out');
    await node().admin.delete({ apiVersion: 'v1', kind: 'Pod', name: fresh.pod, namespace: testbed });
  });
});

describe('CoreDNS', () => {
  it('answers again after kill -9', async () => {
    // Whatever was ended before this has come back: a name of a pod that is only just ready takes a moment.
    await eventually('names are answered', async () => lookUp(node(), client, 'database'), 90);
    killInContainer(/^\/coredns /);
    await eventually('names are answered', async () => lookUp(node(), client, 'database'), 90);
    await writer.goesOn();
    expect(await writer.lost()).toEqual([]);
  });
});

describe('PostgreSQL', () => {
  it('comes back after kill -9 with everything that it acknowledged', async () => {
    const before = (await writer.acknowledged()).length;
    killInContainer(/^\/usr\/lib\/postgresql\/15\/bin\/postgres -D \/var\/lib\/postgresql\/data/);
    await writer.goesOn();
    await isReady('v1', 'Pod', 'database-0', testbed);
    const lost = await writer.lost();
    expect(lost).toEqual([]);
    expect((await writer.acknowledged()).length).toBeGreaterThan(before);
  });

  it('keeps what was acknowledged when its whole pod is ended at once', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', name: 'database-0', namespace: testbed };
    const uid = (await node().admin.get(pod))?.metadata.uid;
    await node().admin.delete(pod, { gracePeriodSeconds: 1 });
    await eventually(
      'another pod',
      async () => {
        const now = (await node().admin.get(pod))?.metadata.uid;
        return now === undefined || now === uid ? undefined : now;
      },
      60,
    );
    await writer.goesOn();
    expect(await writer.lost()).toEqual([]);
  });
});
