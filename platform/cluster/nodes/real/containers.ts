import { readFileSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { INSIDE, nodePaths } from '../../config/real-node-facts';
import type { ClusterLayout } from '../../layout';
import { isIn, nodeCgroup, signalIn } from './cgroups';
import { insideOf } from './enter';
import { runInside } from './run-in-node';

const POLL_MS = 50;
const LIST_LIMIT_MS = 5000;
/** Where the runtime keeps what it runs, a folder a container. */
const TASKS = `${INSIDE.containerdState}/io.containerd.runtime.v2.task/k8s.io`;

const bundleSchema = z.object({
  annotations: z.object({
    'io.kubernetes.cri.container-type': z.enum(['container', 'sandbox']),
    'io.kubernetes.cri.image-name': z.string().optional(),
  }),
});
const manifestSchema = z.object({ config: z.object({ digest: z.string() }) });
const configSchema = z.object({ config: z.object({ StopSignal: z.string().optional() }).optional() });

interface Workload {
  readonly pid: number;
  /** Its name, with a tag or a digest. */
  readonly image: string;
}

function read<Shape extends z.ZodType>(path: string, schema: Shape): z.output<Shape> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Gone meanwhile, or of another make: its container gets the usual signal.
    return undefined;
  }
}

/** Which manifest an image's name leads to: of a container only the name is known. */
async function digests(inside: number, token: string): Promise<ReadonlyMap<string, string>> {
  const argv = ['ctr', '--namespace', 'k8s.io', 'images', 'list'];
  try {
    const { stdout } = await runInside(inside, token, argv, { signal: AbortSignal.timeout(LIST_LIMIT_MS) });
    const rows = stdout.split('\n').map((row) => /^(\S+)\s+\S+\s+(sha256:[0-9a-f]{64})\s/.exec(row));
    return new Map(rows.flatMap((row) => (row?.[1] === undefined || row[2] === undefined ? [] : [[row[1], row[2]]])));
  } catch {
    // Without the runtime nobody knows the images; their containers get the usual signal.
    return new Map();
  }
}

/** The signal by which an image wants to be stopped: in PostgreSQL's case one that does not wait for its clients. Default TERM. */
function stopSignalOf(layout: ClusterLayout, image: string): NodeJS.Signals {
  const blob = (digest: string | undefined): string | undefined => {
    const hex = /sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1];
    return hex === undefined
      ? undefined
      : join(nodePaths(layout).containerd, 'io.containerd.content.v1.content/blobs/sha256', hex);
  };
  const manifestFile = blob(image);
  const manifest = manifestFile === undefined ? undefined : read(manifestFile, manifestSchema);
  const configFile = blob(manifest?.config.digest);
  const told = configFile === undefined ? undefined : read(configFile, configSchema)?.config?.StopSignal;
  return signalNamed(told) ?? 'SIGTERM';
}

/** `SIGINT`, `INT` or `2`. */
function signalNamed(told: string | undefined): NodeJS.Signals | undefined {
  return Object.entries(constants.signals)
    .map(([name, number]) => ({ name: name as NodeJS.Signals, number }))
    .find(({ name, number }) => name === told || name === `SIG${told}` || `${number}` === told)?.name;
}

/** The containers that do work, without those that only hold a pod's namespaces. `inside` is any process of the node. */
function workloads(cgroup: string, inside: number): readonly Workload[] {
  const tasks = insideOf(inside, TASKS);
  let ids: string[];
  try {
    ids = readdirSync(tasks);
  } catch {
    // No container was ever started, or the node is gone.
    return [];
  }
  return ids.flatMap((id) => {
    const annotations = read(join(tasks, id, 'config.json'), bundleSchema)?.annotations;
    const pid = read(join(tasks, id, 'init.pid'), z.int().positive());
    if (annotations?.['io.kubernetes.cri.container-type'] !== 'container' || pid === undefined) return [];
    // A number that was used again since belongs to somebody else.
    if (!isIn(cgroup, pid)) return [];
    return [{ pid, image: annotations['io.kubernetes.cri.image-name'] ?? '' }];
  });
}

/**
 * Asks every container to stop and waits until they have, at most `graceMs`. Those that remain are not killed here. `inside` is any process of
 * the node.
 */
export async function stopContainers(
  layout: ClusterLayout,
  token: string,
  inside: number,
  graceMs: number,
): Promise<void> {
  const cgroup = nodeCgroup(token);
  const running = workloads(cgroup, inside);
  if (running.length === 0) return;
  const known = await digests(inside, token);
  const asked = running.filter(({ pid, image }) =>
    signalIn(cgroup, pid, stopSignalOf(layout, known.get(image) ?? image)),
  );
  const until = Date.now() + graceMs;
  while (asked.some(({ pid }) => isIn(cgroup, pid)) && Date.now() < until) await delay(POLL_MS);
}
