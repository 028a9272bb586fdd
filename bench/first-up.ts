import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../kubernetes/client';
import { inventory } from '../kubernetes/inventory';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { clusterKubeconfig } from '../operations/cluster';
import type { Surroundings } from '../operations/surroundings';
import { up, type UpResult } from '../operations/up';
import { packageRoot } from '../package/root';
import { openEmbeddedCluster } from '../platform/cluster';
import { resolveTools } from '../platform/toolchain';
import { figures, type Figures } from './figures';
import { onOwnCluster } from './own-cluster';
import { processes } from './process-use';

/** Objects of the measured testbed: the figures of the design are for this many. */
export const OBJECTS = 22;

export interface FirstUpFigures {
  readonly objects: number;
  /** Milliseconds. */
  readonly rows: Readonly<
    Record<
      | 'up, warm worker: applied and recorded'
      | 'up, warm worker: ready'
      | 'up, from the shell: whole command'
      | 'kubectl apply --server-side',
      Figures
    >
  >;
  readonly processes: readonly {
    readonly process: string;
    readonly cpuSecondsARun: number;
    readonly peakMiB: number | undefined;
  }[];
}

/** Measures first `up`s of new testbeds on a cluster of its own with fsync on, interleaved with kubectl on the same objects. */
export async function measureFirstUp(runs: number, say: (line: string) => void): Promise<FirstUpFigures> {
  return onOwnCluster(say, async ({ home, surroundings }) => {
    const { kubectl } = await resolveTools(['kubectl'], { environment: surroundings.environment });
    const admin = join(home, 'admin.kubeconfig');
    writeFileSync(admin, (await clusterKubeconfig({ admin: true }, surroundings)).kubeconfig, { mode: 0o600 });
    return await measure({ home, runs, surroundings, kubectl: kubectl.path, admin, say });
  });
}

interface Bench {
  readonly home: string;
  readonly runs: number;
  readonly surroundings: Surroundings;
  readonly kubectl: string;
  readonly admin: string;
  readonly say: (line: string) => void;
}

async function measure(bench: Bench): Promise<FirstUpFigures> {
  const { surroundings, runs, home } = bench;
  const connection = await openEmbeddedCluster({ directory: join(home, 'clusters', 'embedded') }).connection('admin');
  const client = createClient(connection);
  try {
    const warmUp = await upNamed(bench, 'warm-up');
    const objects = await objectsOf(client, warmUp.testbed.id);
    if (objects.length !== OBJECTS)
      throw new Error(
        `the measured testbed has ${objects.length} objects, not ${OBJECTS}: ${objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`,
      );
    const before = await processes(surroundings);
    const applied: number[] = [];
    const ready: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const result = await upNamed(bench, `warm-${run}`);
      applied.push(result.appliedMs);
      ready.push(result.readyMs);
    }
    const after = await processes(surroundings);
    const shell: number[] = [];
    const kubectl: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      shell.push(shellUp(bench, `shell-${run}`));
      kubectl.push(kubectlApply(bench, renamed(objects, warmUp.testbed.id, `tb-kube${String(run).padStart(2, '0')}`)));
      bench.say(`run ${run + 1} of ${runs}`);
    }
    return {
      objects: objects.length,
      rows: {
        'up, warm worker: applied and recorded': figures(applied),
        'up, warm worker: ready': figures(ready),
        'up, from the shell: whole command': figures(shell),
        'kubectl apply --server-side': figures(kubectl),
      },
      processes: [...after].map(([process, use]) => ({
        process,
        cpuSecondsARun: (use.cpuSeconds - (before.get(process)?.cpuSeconds ?? 0)) / runs,
        peakMiB: Number.isNaN(use.peakMiB) ? undefined : use.peakMiB,
      })),
    };
  } finally {
    await client.close();
  }
}

/** Once for a run: a spec that is said again after midnight is the same. */
const ENDS = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

/** Three persons and two ways out make the shipped components come to 22 objects. */
export function specText(name: string): string {
  return JSON.stringify({
    apiVersion: 'testbed/v1',
    name,
    participant: 'Bench',
    owner: 'operator@agency.example',
    members: ['one@startup.example', 'two@startup.example', 'three@startup.example'],
    grade: 'open',
    size: 'small',
    ends: ENDS,
    database: { engine: 'postgresql', version: '15', storage: '1Gi' },
    network: {
      egress: [
        { name: 'mail', cidr: '192.0.2.0/24', ports: [{ port: 443, protocol: 'TCP' }] },
        { name: 'maps', cidr: '198.51.100.0/24', ports: [{ port: 443, protocol: 'TCP' }] },
      ],
    },
  });
}

async function upNamed(bench: Bench, name: string): Promise<UpResult> {
  const file = join(bench.home, `${name}.yaml`);
  writeFileSync(file, specText(name));
  return up({ file }, bench.surroundings);
}

function shellUp(bench: Bench, name: string): number {
  const file = join(bench.home, `${name}.yaml`);
  writeFileSync(file, specText(name));
  return timed(process.execPath, [join(packageRoot(), 'bin', 'testbed.cjs'), 'up', '-f', file], bench);
}

function kubectlApply(bench: Bench, objects: readonly KubernetesObject[]): number {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  return timed(bench.kubectl, ['--kubeconfig', bench.admin, 'apply', '--server-side', '-f', '-'], bench, list);
}

function timed(command: string, args: readonly string[], bench: Bench, input = ''): number {
  const began = performance.now();
  const done = spawnSync(command, args, {
    input,
    env: bench.surroundings.environment,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const elapsed = performance.now() - began;
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status}: ${done.stderr.slice(-2000)}`);
  return elapsed;
}

async function objectsOf(client: KubernetesClient, id: string): Promise<KubernetesObject[]> {
  const { objects } = await inventory(client, { testbed: id });
  const found: KubernetesObject[] = [];
  for (const reference of objects) {
    const object = await client.get(reference);
    // Only what we applied: controllers add their own (pods, claims, endpoints, revisions).
    if (object?.metadata.annotations?.['testbed.io/urn'] !== undefined && object.metadata.ownerReferences === undefined)
      found.push(object);
  }
  return found.sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'));
}

/** The same objects for another testbed, without what the server adds. */
function renamed(objects: readonly KubernetesObject[], from: string, to: string): KubernetesObject[] {
  return objects.map((object) => {
    const { status: _status, ...rest } = object;
    const {
      uid: _uid,
      resourceVersion: _version,
      generation: _generation,
      creationTimestamp: _created,
      ...metadata
    } = rest.metadata;
    const clean = {
      ...rest,
      metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'managedFields')),
    };
    const text = JSON.stringify(clean)
      .replaceAll(from, to)
      .replace(/"clusterIPs?":("[^"]*"|\[[^\]]*\]),?/g, '')
      .replaceAll(',}', '}');
    return JSON.parse(text) as KubernetesObject;
  });
}
