import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterLayout } from '../../platform/cluster/layout';
import { hierarchies, nodeCgroup } from '../../platform/cluster/nodes/real/cgroups';
import { hostDevice } from '../../platform/cluster/nodes/real/network';
import { ownProcesses } from '../../platform/cluster/processes/proof';

/** What a cluster with a real node has on its host beside files in its own folder. */
export interface NodeTraces {
  readonly processes: readonly string[];
  readonly inContainers: readonly string[];
  /** Of every process on the host, so that a mount in a forgotten namespace shows too. */
  readonly mounts: readonly string[];
  readonly devices: readonly string[];
  readonly routes: readonly string[];
  readonly cgroups: readonly string[];
  readonly loops: readonly string[];
  readonly sockets: readonly string[];
}

export const NO_TRACES: NodeTraces = {
  processes: [],
  inContainers: [],
  mounts: [],
  devices: [],
  routes: [],
  cgroups: [],
  loops: [],
  sockets: [],
};

/** What is there now of the cluster with that token. */
export function tracesOf({ directory }: ClusterLayout, token: string): NodeTraces {
  const device = hostDevice(token);
  const cgroup = nodeCgroup(token);
  const folders = hierarchies().map((root) => join(root, cgroup));
  return {
    processes: ownProcesses(token).map(({ role }) => role),
    inContainers: processes()
      .filter((pid) => lines(`/proc/${pid}/cgroup`).some((line) => line.includes(`${cgroup}/`)))
      .map((pid) => `${pid} ${lines(`/proc/${pid}/comm`).join('')}`),
    mounts: mountTables().flatMap((table) => table.filter((line) => line.includes(directory))),
    devices: readdirSync('/sys/class/net').filter((name) => name === device),
    routes: lines('/proc/net/route').filter((line) => line.startsWith(`${device}\t`)),
    cgroups: folders.filter((path) => exists(path)),
    loops: readdirSync('/sys/block').filter((name) =>
      lines(`/sys/block/${name}/loop/backing_file`).some((file) => file.startsWith(directory)),
    ),
    sockets: socketsBelow(directory),
  };
}

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** One a namespace. */
function mountTables(): string[][] {
  const namespaces = new Map<string, string>();
  for (const pid of processes()) namespaces.set(link(`/proc/${pid}/ns/mnt`), pid);
  return [...namespaces.values()].map((pid) => lines(`/proc/${pid}/mountinfo`));
}

function socketsBelow(folder: string): string[] {
  if (!exists(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => exists(path) && lstatSync(path).isSocket());
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** None of what has ended, or is not there. */
function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
