import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How this machine lets a test have a small disk of its own. */
const WAYS = [
  { title: 'in its own mount namespace', unshare: ['--mount'], enter: ['--mount'] },
  {
    title: 'in its own user and mount namespaces',
    unshare: ['--user', '--map-root-user', '--mount'],
    enter: ['--user', '--preserve-credentials', '--mount'],
  },
] as const;

export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted, for processes that are started by way of `enter`; everybody else sees an empty folder there. */
  readonly folder: string;
  /** The same folder as this process reaches it. */
  readonly outside: string;
  /** Words in front of a command that shall see it. */
  readonly enter: readonly string[];
  /** Takes all room but `bytes` (in pages of 4 KiB). */
  fill(leave?: number): void;
  makeRoom(): void;
}

/** `undefined` where this machine lets nobody mount. */
export function wayToMount(): (typeof WAYS)[number] | undefined {
  return WAYS.find(
    ({ unshare }) =>
      spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'none', '/mnt'], { timeout: 10_000 }).status === 0,
  );
}

/** A tmpfs of 1 MiB that only a process of the test and what enters its namespace see: nothing is left when it ends. */
export async function openSmallDisk(): Promise<SmallDisk> {
  const way = wayToMount();
  if (way === undefined)
    throw new Error(
      'this machine lets the test mount no disk of its own: `unshare --user --map-root-user --mount mount -t tmpfs none /mnt` must work (kernel.unprivileged_userns_clone, AppArmor, seccomp), or run the tests as root',
    );
  const folder = mkdtempSync(join(tmpdir(), 'testbed-small-disk-'));
  const holder = spawn(
    'unshare',
    [...way.unshare, 'sh', '-c', 'mount -t tmpfs -o size=1m,mode=0700 none "$0" && echo mounted && exec cat', folder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(holder.stdout, 'data');
  const pid = String(holder.pid);
  const outside = join('/proc', pid, 'root', folder);
  const ballast = join(outside, 'ballast');
  return {
    folder,
    outside,
    enter: ['nsenter', '--target', pid, ...way.enter, '--'],
    fill: (leave = 0) => {
      const file = openSync(ballast, 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        closeSync(file);
      }
      if (leave > 0) truncateSync(ballast, statSync(ballast).size - leave);
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    [Symbol.asyncDispose]: async () => {
      const ended = once(holder, 'exit');
      holder.stdin.end();
      await ended;
      rmdirSync(folder);
    },
  };
}
