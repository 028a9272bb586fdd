import { closeSync, openSync, readSync } from 'node:fs';

/** Established; and the two of one that said that it sends no more but still listens. */
const OPEN_STATES = ['01', '04', '05'];
const CHUNK_BYTES = 64 * 1024;

/** Uid of the process at the other end of a loopback connection; undefined when the kernel shows no live owner. */
export type PeerOwner = (peerPort: number, ownPort: number) => number | undefined;

/**
 * Reads the owner from the kernel's socket table (IPv4, 127.0.0.1 on both sides). Only a connection that somebody holds at this moment
 * counts: a socket that was closed already is shown with uid 0 and would pass for root's. Undefined on systems without /proc.
 */
export function peerOwnerFromProc(): PeerOwner | undefined {
  if (process.platform !== 'linux' || process.getuid === undefined) return undefined;
  return ownerFromTable;
}

/** The kernel walks all its sockets for the table, 5 ms on a busy machine: it is read only as far as needed. */
function ownerFromTable(peerPort: number, ownPort: number): number | undefined {
  const table = openSync('/proc/net/tcp', 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let words = '', read = readSync(table, chunk); read > 0; read = readSync(table, chunk)) {
      words += chunk.toString('latin1', 0, read);
      const whole = words.lastIndexOf('\n') + 1;
      const owner = ownerIn(words.slice(0, whole), peerPort, ownPort);
      if (owner !== undefined) return owner;
      words = words.slice(whole);
    }
    return undefined;
  } finally {
    closeSync(table);
  }
}

/** The owner that a socket table in the format of /proc/net/tcp shows. */
export function ownerIn(table: string, peerPort: number, ownPort: number): number | undefined {
  const ends = ` ${loopback(peerPort)} ${loopback(ownPort)} `;
  const at = table.indexOf(ends);
  if (at < 0 || !OPEN_STATES.includes(table.slice(at + ends.length, at + ends.length + 2))) return undefined;
  const end = table.indexOf('\n', at);
  const rest = table
    .slice(at + ends.length + 3, end < 0 ? undefined : end)
    .trim()
    .split(/\s+/);
  // After the state: queues, timer, retransmits, uid, timeout, inode. Inode 0 is a socket that nobody holds.
  const [uid, inode] = [rest[3], rest[5]];
  if (uid === undefined || inode === undefined || inode === '0' || !/^\d+$/.test(uid)) return undefined;
  return Number(uid);
}

function loopback(port: number): string {
  // The table prints addresses as the machine holds them: little-endian on all that Node supports but s390x.
  const address = LITTLE_ENDIAN ? '0100007F' : '7F000001';
  return `${address}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
