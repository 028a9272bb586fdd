import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { clusterDown, clusterUp } from '../../operations/cluster';
import { clusterLayout } from '../../platform/cluster/layout';
import { nodeCgroup, processesIn } from '../../platform/cluster/nodes/real/cgroups';
import { ownProcesses } from '../../platform/cluster/processes/proof';
import { readInstance } from '../../platform/cluster/record/cluster-record';
import { clusterTraces } from '../support/cluster-traces';
import { onRealNode } from '../support/real-node';
import { runWriter, type Writer } from '../support/real-writer';

/** The cluster ends, in order or all at once, and its testbeds come back with their data. */
const node = onRealNode();
const run = randomBytes(2).toString('hex');
const REAL = { kind: 'real' } as const;

let testbed: string;
let writer: Writer;

beforeAll(async () => {
  if (!node.runs()) return;
  const database = { engine: 'postgresql', version: '15' };
  testbed = (await node().up({ name: `restart-${run}`, database })).testbed.id;
  writer = await runWriter(node(), testbed);
}, 300_000);

it('ends in order with nothing of it left on the host, and brings every testbed back with its data', async () => {
  const told = await writer.acknowledged();
  const traces = clusterTraces(node().cluster.directory);
  expect(traces.now()).not.toEqual([]);
  expect((await clusterDown({}, node().surroundings)).data).toBe('kept');
  expect(traces.now()).toEqual([]);
  expect((await clusterUp({ nodes: REAL }, node().surroundings)).outcome).toBe('started');
  await writer.goesOn();
  expect((await writer.acknowledged()).slice(0, told.length)).toEqual(told);
  expect(await writer.lost()).toEqual([]);
});

it('comes back from a power cut, all its processes ended at once, with everything that was acknowledged', async () => {
  const told = await writer.acknowledged();
  const token = readInstance(clusterLayout(node().cluster.directory)) ?? '';
  // The supervisor first: it must not mend what is being ended.
  const own = ownProcesses(token).toSorted((a, b) => Number(b.role === 'supervisor') - Number(a.role === 'supervisor'));
  const all = [...own.map(({ pid }) => pid), ...processesIn(nodeCgroup(token))];
  for (const pid of all) killQuietly(pid);
  for (const pid of processesIn(nodeCgroup(token))) killQuietly(pid);
  expect((await clusterUp({ nodes: REAL }, node().surroundings)).status.state).toBe('ready');
  await writer.goesOn();
  expect((await writer.acknowledged()).slice(0, told.length)).toEqual(told);
  expect(await writer.lost()).toEqual([]);
});

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with one that was killed before.
  }
}
