import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach } from 'vitest';
import { openImages, type Images } from '../../../platform/images';
import { resolveTools } from '../../../platform/toolchain';
import { NOT_RUN } from '../../support/real-node-run';

/** The store that the machine has, as its tools: what is there already is not built again. */
export function machineStore(): Images {
  return openImages({ tool: async (name) => (name === 'coredns' ? coredns() : Promise.reject(new Error(name))) });
}

async function coredns(): Promise<{ path: string; version: string }> {
  return (await resolveTools(['coredns'], { environment: process.env })).coredns;
}

/** For tests that run an image: where that is not possible, each is reported as not run. */
export function needRoot(): void {
  beforeEach(({ skip }) => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      skip(`${NOT_RUN}images are entered by root on Linux only`);
  });
}

const ENTER = `set -e
root=$1 uid=$2 archive=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=1777 tmpfs "$root/run"
if [ -n "$archive" ]; then : > "$root/run/archive.tar"; mount --bind "$archive" "$root/run/archive.tar"; fi
exec env -i "$(command -v chroot)" --userspec="$uid:$uid" "$root" "$@"`;

/**
 * Runs a script with the image's own shell, in the image as its root, read-only, as that user; in mount and process namespaces that end with it.
 * It shows what the files of an image can do, nothing of a container's confinement.
 */
export async function runInImage(root: string, uid: number, script: string, archive = ''): Promise<string> {
  const [command = '', ...words] = inImage(root, uid, script, archive);
  const { stdout } = await promisify(execFile)(command, words, { timeout: 90_000 });
  return stdout;
}

/** The command of `runInImage`, for what goes on while a test does. All ends with it. */
export function inImage(root: string, uid: number, script: string, archive = ''): string[] {
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const enter = ['sh', '-c', ENTER, 'sh', root, String(uid), archive, '/bin/sh', '-euc', script];
  return ['unshare', ...namespaces, ...enter];
}
