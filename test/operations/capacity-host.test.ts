import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterDatabase, hostPools } from '../../operations/capacity-host';

/** Files as a kernel would show them: does not prove that every kernel does. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-proc-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): void {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

describe('what this machine has', () => {
  it('is nothing that anybody knows where the kernel tells nothing', () => {
    expect(hostPools(join(folder, 'absent'))).toEqual({ memory: undefined, processes: undefined, watches: undefined });
    expect(clusterDatabase(join(folder, 'absent'))).toBeUndefined();
  });

  it('is read from the kernel: memory, threads and inotify instances of all processes that are seen', () => {
    write('meminfo', 'MemTotal:       1000 kB\nMemFree:         1 kB\nMemAvailable:    400 kB\n');
    write('loadavg', '0.76 0.76 1.78 1/123 9770\n');
    write('sys/kernel/pid_max', '32768\n');
    write('sys/kernel/threads-max', '1000\n');
    write('sys/fs/inotify/max_user_instances', '128\n');
    for (const [process, links] of [
      ['17', ['anon_inode:inotify', '/dev/null', 'anon_inode:inotify']],
      ['18', ['anon_inode:[eventpoll]', 'anon_inode:inotify']],
    ] as const) {
      mkdirSync(join(folder, process, 'fd'), { recursive: true });
      for (const [fd, link] of links.entries()) symlinkSync(link, join(folder, process, 'fd', String(fd)));
    }
    expect(hostPools(folder)).toEqual({
      memory: { capacity: 1_024_000, used: 614_400 },
      processes: { capacity: 1000, used: 123 },
      watches: { capacity: 128, used: 3 },
    });
  });

  it('is known here, by the real kernel', () => {
    const { memory, processes } = hostPools();
    expect(memory?.used).toBeLessThan(memory?.capacity ?? 0);
    expect(processes?.used).toBeGreaterThan(1);
  });

  it("has the cluster's database by the size of its file, against what it may come to", () => {
    write('etcd/member/snap/db', '');
    truncateSync(join(folder, 'etcd', 'member', 'snap', 'db'), 20_480);
    expect(clusterDatabase(folder)).toEqual({ capacity: 4 * 2 ** 30, used: 20_480 });
  });
});
