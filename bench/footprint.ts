import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterLayout, type ClusterLayout } from '../platform/cluster/layout';
import { hierarchies, nodeCgroup, processesIn } from '../platform/cluster/nodes/real/cgroups';
import { runInNode } from '../platform/cluster/nodes/real/run-in-node';
import { ownProcesses } from '../platform/cluster/processes/proof';
import { readInstance } from '../platform/cluster/record/cluster-record';

/** What an embedded cluster with a real node takes of the machine at one moment. */
export interface Footprint {
  readonly processes: number;
  /** Proportional share of memory of all of them, programs included: another cluster on this machine takes its part of these, and gives it back when it ends. */
  readonly memoryMiB: number;
  /** The same without programs and other files: what only these processes hold. */
  readonly ownMemoryMiB: number;
  readonly hostMounts: number;
  readonly nodeMounts: number;
  readonly hostInterfaces: number;
  readonly nodeInterfaces: number;
  /** Lines of the node's packet filter, without counters. */
  readonly rules: number;
  readonly ipsets: number;
  readonly cgroups: number;
  readonly images: number;
  /** Files and folders of volumes. */
  readonly volumes: number;
  readonly containers: number;
}

export async function footprint(clusterDirectory: string): Promise<Footprint> {
  const layout = clusterLayout(clusterDirectory);
  const token = readInstance(layout);
  if (token === undefined) throw new Error(`there is no cluster in ${clusterDirectory}`);
  const cgroup = nodeCgroup(token);
  const pids = [...new Set([...ownProcesses(token).map(({ pid }) => pid), ...processesIn(cgroup)])];
  const shares = pids.map(sharesOf);
  const inside = (...argv: string[]): Promise<string[]> => lines(layout, argv);
  const [mounts, interfaces, rules, ipsets, images, containers] = await Promise.all([
    inside('cat', '/proc/self/mountinfo'),
    inside('ip', '-oneline', 'link'),
    inside('iptables-save'),
    inside('ipset', 'list', '-name'),
    inside('ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet'),
    inside('ctr', '--namespace', 'k8s.io', 'containers', 'list', '--quiet'),
  ]);
  return {
    processes: pids.length,
    memoryMiB: Math.round(sumOf(shares, 'Pss') / 1024),
    ownMemoryMiB: Math.round((sumOf(shares, 'Pss_Anon') + sumOf(shares, 'Pss_Shmem')) / 1024),
    hostMounts: count(readFileSync('/proc/self/mountinfo', 'utf8')),
    nodeMounts: mounts.length,
    hostInterfaces: readdirSync('/sys/class/net').length,
    nodeInterfaces: interfaces.length,
    rules: rules.filter((line) => line.startsWith('-A') || line.startsWith(':')).length,
    ipsets: ipsets.length,
    cgroups: Math.max(0, ...hierarchies().map((root) => folders(join(root, cgroup)))),
    images: images.length,
    volumes: entries(join(layout.node, 'volumes')) + entries(join(layout.node, 'mounts')),
    containers: containers.length,
  };
}

async function lines(layout: ClusterLayout, argv: readonly string[]): Promise<string[]> {
  const { stdout } = await runInNode(layout, argv);
  return stdout.split('\n').filter(Boolean);
}

/** The lines of a process's shares of memory; empty when it ended meanwhile. */
function sharesOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  } catch {
    return '';
  }
}

/** In KiB. */
function sumOf(shares: readonly string[], field: 'Pss' | 'Pss_Anon' | 'Pss_Shmem'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm');
  return shares.reduce((sum, share) => sum + Number(line.exec(share)?.[1] ?? 0), 0);
}

function count(text: string): number {
  return text.split('\n').filter(Boolean).length;
}

function entries(folder: string): number {
  try {
    // What begins with a dot is the store's own.
    return readdirSync(folder).filter((name) => !name.startsWith('.')).length;
  } catch {
    // There was no volume yet.
    return 0;
  }
}

function folders(path: string): number {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .reduce((sum, { name }) => sum + folders(join(path, name)), 1);
  } catch {
    // It ended while it was counted.
    return 0;
  }
}
