import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { KubernetesClient } from '../../../kubernetes/types';
import { sharedUp } from '../../../operations/shared';
import { toolPath } from '../../../platform/toolchain';
import { openBareControlPlane, type BareControlPlane } from '../bare-control-plane';
import { openFlows } from '../flows';
import { openPlace } from '../place';
import { inTurn, objectOf, under, until, type FaultBench, type FaultClass } from './class';

/** Small enough to be filled in seconds, large enough for what testbeds share. */
const SMALL_BYTES = 24 * 1024 * 1024;
const FILLING_BYTES = 900_000;
const FILLINGS = 60;

/** What becomes of the store behind the API server; on a control plane of bare processes, without nodes, so testbeds have no database. */
export const ETCD: readonly FaultClass[] = [
  {
    id: 'F9',
    fault: 'of three members of etcd one is killed, then a second one',
    expected: 'with two nothing is noticed; with one it is told, and the re-run finishes when two are back',
    cause: (bench) => onBare(bench, { members: 3 }, memberLoss),
  },
  {
    id: 'F10',
    fault: 'etcd has no space left (NOSPACE)',
    expected: 'told; after compaction and defragmentation the re-run finishes',
    cause: (bench) => onBare(bench, { members: 1, quota: SMALL_BYTES }, noSpace),
  },
];

async function onBare(
  bench: FaultBench,
  size: { readonly members: number; readonly quota?: number },
  work: (bench: FaultBench, plane: BareControlPlane) => Promise<string>,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-bare-'));
  const tool = (name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'pulumi'): Promise<string> =>
    toolPath(name, { environment: process.env });
  try {
    const tools = {
      etcd: await tool('etcd'),
      'kube-apiserver': await tool('kube-apiserver'),
      'kube-controller-manager': await tool('kube-controller-manager'),
    };
    await using plane = await openBareControlPlane({ folder: join(folder, 'plane'), tools, ...size });
    await using place = await openPlace({
      folder: join(folder, 'place'),
      connection: plane.connection,
      pulumi: await tool('pulumi'),
      engine: bench.engine,
      withDatabase: false,
    });
    await sharedUp(place.target, place.surroundings);
    const flows = await openFlows(place, 'bare', false);
    return await work({ ...bench, place, flows }, plane);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function memberLoss(bench: FaultBench, { etcds }: BareControlPlane): Promise<string> {
  const [first, second] = etcds;
  const at = (which: typeof first, signal: NodeJS.Signals) => ({
    write: 3,
    side: 'before' as const,
    meanwhile: () => Promise.resolve(void which?.process.kill(signal)),
  });
  return inTurn({
    'two left': () => under(bench, { flow: 'up', at: at(first, 'SIGKILL'), codes: [0, 1] }),
    'one left': () =>
      under(bench, {
        flow: 'update',
        // Stopped, so that it can come back: the end of the re-run is what counts.
        at: at(second, 'SIGSTOP'),
        lift: async () => {
          second?.process.kill('SIGCONT');
          await until('etcd has a majority again', () => isWritable(bench.place.admin));
        },
        codes: [1],
        says: /^error: /m,
      }),
  });
}

async function noSpace(bench: FaultBench, { etcds }: BareControlPlane): Promise<string> {
  const { admin } = bench.place;
  const address = etcds[0]?.address ?? '';
  const filler = { apiVersion: 'v1', kind: 'ConfigMap', name: 'filler', namespace: 'default' };
  // One object again and again: what compaction takes away is what no longer stands.
  const fill = (index: number): Promise<unknown> =>
    admin.apply(objectOf(filler, { data: { [`turn-${index}`]: 'x'.repeat(FILLING_BYTES) } }));
  return under(bench, {
    flow: 'update',
    at: {
      write: 2,
      side: 'after',
      meanwhile: async () => {
        for (let index = 0; index < FILLINGS && (await isWritable(admin)); index += 1)
          await fill(index).catch(() => undefined);
        if (await isWritable(admin)) throw new Error('etcd was not filled');
      },
    },
    lift: async () => {
      // As an operator would: room first, and the alarm last, which each member raised for itself.
      const { revision } = (await ask(address, 'kv/range', EVERY_KEY)).header;
      await ask(address, 'kv/compaction', { revision, physical: true });
      await ask(address, 'maintenance/defragment', {});
      const { alarms } = await ask(address, 'maintenance/alarm', { action: 'GET' });
      if (alarms.length === 0) throw new Error('etcd has raised no alarm');
      for (const { memberID, alarm } of alarms)
        await ask(address, 'maintenance/alarm', { action: 'DEACTIVATE', memberID, alarm });
      await until('etcd takes writes again', () => isWritable(admin));
    },
    codes: [1],
    says: /space|NOSPACE|database/i,
  });
}

async function isWritable(admin: KubernetesClient): Promise<boolean> {
  const WITHIN_MS = 5000;
  return admin
    .apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'writable', namespace: 'default' },
        data: { at: String(Date.now()) },
      },
      { signal: AbortSignal.timeout(WITHIN_MS) },
    )
    .then(
      () => true,
      () => false,
    );
}

const EVERY_KEY = { key: 'AA==', range_end: 'AA==', limit: '1', keys_only: true };

const answerSchema = z.object({
  header: z.object({ revision: z.string().default('0') }).default({ revision: '0' }),
  alarms: z.array(z.object({ memberID: z.string(), alarm: z.string() })).default([]),
});

/** One call of etcd's JSON gateway. */
async function ask(address: string, path: string, body: object): Promise<z.output<typeof answerSchema>> {
  const answer = await fetch(`${address}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${text}`);
  return answerSchema.parse(JSON.parse(text));
}
