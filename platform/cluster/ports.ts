import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TestbedError, text } from '../../errors';
import { hasErrorCode } from '../../host/error-code';
import type { ClusterPorts } from './record/cluster-record';

/** Below the range from which kernels take ports for outgoing connections (32768 and up), so that a remembered port stays free. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const ATTEMPTS = 100;
const DYING_MS = 5000;
const POLL_MS = 50;

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (hasErrorCode(error, 'EADDRINUSE', 'EACCES')) resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Three different free ports, at random so that two clusters on one machine seldom meet. */
export async function choosePorts(): Promise<ClusterPorts> {
  const found = new Set<number>();
  for (let attempt = 0; attempt < ATTEMPTS && found.size < 3; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  const [apiServer, etcdClient, etcdPeer] = found;
  if (apiServer === undefined || etcdClient === undefined || etcdPeer === undefined)
    throw new TestbedError(
      'PortTaken',
      text(
        `no three free ports between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1`,
        `127.0.0.1의 ${FIRST_PORT}~${LAST_PORT} 범위에 빈 포트 세 개가 없습니다`,
      ),
      { hint: text('see who listens: ss -ltnp', '사용 중인 프로세스를 확인하세요: ss -ltnp') },
    );
  return { apiServer, etcdClient, etcdPeer };
}

/** The process that listens on a port of this machine, as far as /proc lets our user see. */
export function listenerOf(port: number): { readonly pid: number; readonly name: string } | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const holds = readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)));
      if (holds) return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return undefined;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function listeningInodes(table: string, port: number): string[] {
  let lines: string[];
  try {
    lines = readFileSync(table, 'utf8').split('\n').slice(1);
  } catch {
    // A kernel without IPv6 has no second table.
    return [];
  }
  return lines.flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const isListening = state === '0A' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port;
    return isListening && inode !== undefined ? [`socket:[${inode}]`] : [];
  });
}

/** As `isFree`; a process that was just killed keeps its ports for a moment, in which nobody can be seen to have them. */
async function isFreeSoon(port: number): Promise<boolean> {
  const until = Date.now() + DYING_MS;
  while (!(await isFree(port))) {
    if (listenerOf(port) !== undefined || Date.now() >= until) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Throws PortTaken for the first remembered port on which somebody else listens. */
export async function requireFreePorts(ports: ClusterPorts): Promise<void> {
  for (const port of Object.values(ports)) {
    if (await isFreeSoon(port)) continue;
    const holder = listenerOf(port);
    const who = holder === undefined ? undefined : `${holder.name}, pid ${holder.pid}`;
    throw new TestbedError(
      'PortTaken',
      text(
        `port ${port} of this cluster is taken by another process${who === undefined ? '' : ` (${who})`}`,
        `이 클러스터의 포트 ${port}을(를) 다른 프로세스가 쓰고 있습니다${who === undefined ? '' : `(${who})`}`,
      ),
      {
        hint: text(
          'end that process, or let the cluster take new ports: testbed cluster up --new-ports',
          '해당 프로세스를 끝내거나, 클러스터가 새 포트를 쓰게 하세요: testbed cluster up --new-ports',
        ),
      },
    );
  }
}
