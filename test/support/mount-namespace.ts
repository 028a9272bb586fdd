import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { NodeCommand } from '../../platform/cluster/storage/local-place';

/** Stands in for the node: a mount namespace of its own with the host's tools. Shows nothing of the node's own root and network. */
export interface MountNamespace {
  readonly run: NodeCommand;
  /** Another one that begins with copies of this one's mounts, as a container's does. */
  fork(): Promise<MountNamespace>;
  /** Ends it as a power cut does: nobody unmounts anything. */
  close(): Promise<void>;
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
