import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface ListeningPort {
  readonly port: number;
  /** Whether only this machine can reach it: bound to 127.0.0.1. */
  readonly loopback: boolean;
}

const LISTEN = '0A';
const LOOPBACK = '0100007F';

/** TCP ports that a process listens on, IPv4 and IPv6, by the kernel's socket table. */
export function listeningPorts(pid: number): readonly ListeningPort[] {
  const own = new Set(inodesOf(pid));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
        if (state !== LISTEN || !own.has(inode)) return [];
        const [address, port = ''] = local.split(':');
        return [{ port: Number.parseInt(port, 16), loopback: address === LOOPBACK }];
      }),
  );
}

function inodesOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // It was closed while we looked.
      return [];
    }
  });
}

/** Children of this process that run the program of that name. */
export function childrenNamed(name: string): readonly number[] {
  return readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name)
      .map(Number),
  );
}
