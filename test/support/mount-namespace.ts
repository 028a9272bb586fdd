import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { beforeEach } from 'vitest';
import type { NodeCommand } from '../../platform/cluster/storage/local-place';
import { NOT_RUN } from './real-node-run';

/** Stands in for the node: a mount namespace of its own with the host's tools. Shows nothing of the node's own root and network. */
export interface MountNamespace {
  readonly run: NodeCommand;
  /** Another one that begins with copies of this one's mounts, as a container's does. */
  fork(): Promise<MountNamespace>;
  /** Ends it as a power cut does: nobody unmounts anything. */
  close(): Promise<void>;
}

/** For a file whose tests mount volumes: where that is not possible, each is reported as not run. Returns whether they are run. */
export function needMounts(): boolean {
  const why = obstacle();
  beforeEach(({ skip }) => {
    if (why !== undefined) skip(NOT_RUN + why);
  });
  return why === undefined;
}

function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'volumes are mounted by root on Linux only';
  if (!existsSync('/dev/loop-control')) return 'this machine has no loop devices';
  if (spawnSync('unshare', ['--mount', '--propagation', 'private', '--', 'true']).status !== 0)
    return 'this machine lets nobody have mounts of their own';
  return undefined;
}

/** Needs root. `inside` is a command that enters another one, to begin there. */
export async function openMountNamespace(inside: readonly string[] = []): Promise<MountNamespace> {
  const propagation = inside.length === 0 ? 'private' : 'unchanged';
  const unshare = ['unshare', '--mount', '--propagation', propagation, '--', 'sh', '-c', 'echo ready; exec sleep 1000'];
  const [command = '', ...rest] = [...inside, ...unshare];
  const holder = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('no mount namespace: unshare ended'))),
  ]);
  const enter = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--'];
  return {
    run: (argv, { signal }) =>
      new Promise((resolve, reject) => {
        const [nsenter = '', ...words] = [...enter, ...argv];
        execFile(nsenter, words, { signal, encoding: 'utf8' }, (error, stdout, stderr) => {
          if (error === null) resolve({ stdout });
          else reject(new Error(`${argv[0]}: ${stderr.trim() || error.message}`, { cause: error }));
        });
      }),
    fork: () => openMountNamespace(enter),
    close: async () => {
      holder.kill('SIGKILL');
      await ended;
    },
  };
}
