import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterLayout } from '../../platform/cluster/layout';
import { hierarchies, nodeCgroup } from '../../platform/cluster/nodes/real/cgroups';
import { hostDevice } from '../../platform/cluster/nodes/real/network';
import { ownProcesses } from '../../platform/cluster/processes/proof';
import { readInstance } from '../../platform/cluster/record/cluster-record';

/**
 * What a running cluster leaves on the host, whose it is known by its token and folder: `process kubelet 123`, `mount ...`. What others on this
 * machine do at the same time does not show.
 */
export function clusterTraces(directory: string): { now(): readonly string[] } {
  const token = readInstance(clusterLayout(directory));
  if (token === undefined) throw new Error(`there is no cluster in ${directory}`);
  const device = hostDevice(token);
  return {
    now: () => [
      ...ownProcesses(token).map(({ role, pid }) => `process ${role} ${pid}`),
      ...mounts(directory),
      ...(existsSync(`/sys/class/net/${device}`) ? [`interface ${device}`] : []),
      ...routes(device),
      ...hierarchies()
        .map((root) => join(root, nodeCgroup(token)))
        .filter((path) => existsSync(path))
        .map((path) => `cgroup ${path}`),
      ...loops(directory),
      ...sockets(directory),
    ],
  };
}

function mounts(directory: string): string[] {
  return lines('/proc/self/mountinfo')
    .filter((line) => line.includes(directory))
    .map((line) => `mount ${line}`);
}

function routes(device: string): string[] {
  return lines('/proc/net/route')
    .filter((line) => line.startsWith(`${device}\t`))
    .map((line) => `route ${line}`);
}

/** Loop devices whose file lies in the folder. */
function loops(directory: string): string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .flatMap((name) => {
      const file = lines(`/sys/block/${name}/loop/backing_file`)[0];
      return file?.startsWith(directory) === true ? [`loop ${name} ${file}`] : [];
    });
}

function sockets(directory: string): string[] {
  return lines('/proc/net/unix')
    .filter((line) => line.includes(directory))
    .map((line) => `socket ${line}`);
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    // Not there: none.
    return [];
  }
}
