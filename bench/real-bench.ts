import { join } from 'node:path';
import { createClient } from '../kubernetes/client';
import type { KubernetesClient } from '../kubernetes/types';
import { waitReady } from '../kubernetes/wait';
import type { Surroundings } from '../operations/surroundings';
import { upSpec, type UpResult } from '../operations/up';
import { openEmbeddedCluster } from '../platform/cluster';
import { clusterLayout } from '../platform/cluster/layout';
import { runInNode } from '../platform/cluster/nodes/real/run-in-node';
import { judgeGrade, loadSpec, presetText, type AdmittedSpec, type PresetName } from '../spec';
import { withDatabase } from './ask-database';

/** A site whose embedded cluster has a real node. */
export interface RealBench {
  readonly directory: string;
  readonly surroundings: Surroundings;
  /** All rights, for an hour. */
  admin(): Promise<KubernetesClient>;
  close(): Promise<void>;
}

const CREDENTIAL_MS = 45 * 60_000;

/** `home` is the site's; its cluster must run. */
export function openRealBench(home: string, surroundings: Surroundings): RealBench {
  const directory = join(home, 'clusters', 'embedded');
  const clients: KubernetesClient[] = [];
  let latest: { readonly client: KubernetesClient; readonly since: number } | undefined;
  return {
    directory,
    surroundings,
    admin: async () => {
      if (latest !== undefined && performance.now() - latest.since < CREDENTIAL_MS) return latest.client;
      const client = createClient(await openEmbeddedCluster({ directory }).connection('admin'));
      clients.push(client);
      latest = { client, since: performance.now() };
      return client;
    },
    close: async () => void (await Promise.all(clients.map((client) => client.close()))),
  };
}

/** A shipped preset under a name of its own. */
export function presetSpec(preset: PresetName, name: string): AdmittedSpec {
  const now = new Date();
  const source = presetText(preset, { now }).replace(/^name: .*$/m, `name: ${name}`);
  const loaded = loadSpec({ text: source, file: `${preset}.yaml` }, { now });
  if (!loaded.ok) throw new Error(`the preset ${preset} is wrong`);
  const judged = judgeGrade(loaded.spec);
  if (!judged.ok) throw judged.refusal;
  return judged.spec;
}

export interface Answered {
  readonly result: UpResult;
  /** From the call until its database answered a query; until it was ready where it has none. */
  readonly answeredMs: number;
}

/** Provisions a preset and asks its database. */
export async function upAnswering(bench: RealBench, preset: PresetName, name: string): Promise<Answered> {
  const spec = presetSpec(preset, name);
  const began = performance.now();
  const result = await upSpec(spec, {}, bench.surroundings);
  if (spec.database !== undefined) await ask(bench, result.testbed.id);
  return { result, answeredMs: performance.now() - began };
}

export async function ask(bench: RealBench, testbed: string): Promise<void> {
  await withDatabase(await bench.admin(), testbed, (database) => database.query('SELECT 1'));
}

/** A participant's pod that runs, and does not stop when it is asked to. */
export async function runDeafPod(bench: RealBench, namespace: string): Promise<void> {
  const admin = await bench.admin();
  const pod = { apiVersion: 'v1', kind: 'Pod', name: 'deaf', namespace };
  await admin.create({
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: { name: pod.name, namespace },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 600,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'main',
          image: await imageOnNode(bench.directory, 'base'),
          command: ['/bin/sh', '-c', 'trap "" TERM INT; while :; do sleep 1; done'],
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  });
  await waitReady(admin, pod);
}

/** Reference, by digest, of an image of ours that the node has. */
export async function imageOnNode(clusterDirectory: string, name: string): Promise<string> {
  const { stdout } = await runInNode(clusterLayout(clusterDirectory), [
    'ctr',
    '--namespace',
    'k8s.io',
    'images',
    'list',
    '--quiet',
  ]);
  const found = stdout.split('\n').find((line) => line.startsWith(`localhost/testbed/${name}@`));
  if (found === undefined) throw new Error(`the node has no image '${name}' of ours: ${stdout}`);
  return found;
}
