import { createServer, type Server, type Socket } from 'node:net';
import { peerOwnerFromProc, type PeerOwner } from './peer-owner';

export interface GuardedPortOptions {
  /** Connections that are let in; the listener closes with the last of them. Default 1: each of the CLI's links is one connection. */
  readonly connections?: number;
  /** In place of `connections`: the listener stays, and at most so many are open at the same time. */
  readonly atOnce?: number;
  /** Default: one that is free. */
  readonly port?: number;
  /** Each direction of a connection ends on its own; whoever handles it ends both. Default false. */
  readonly halfOpen?: boolean;
  /** Who owns the other end. Default: the kernel's socket table; undefined where there is none. */
  readonly peerOwner?: PeerOwner | undefined;
}

export interface GuardedPort {
  readonly port: number;
  /** false where the system does not tell who connects: then every local process could. */
  readonly guarded: boolean;
  /** Gives every connection, also those that came before this call, to `handle`. */
  onConnection(handle: (socket: Socket) => void): void;
  /** How many were let in and how many were turned away. */
  counts(): { readonly admitted: number; readonly refused: number };
  /** Lets nobody else in; what is open goes on. */
  shut(): void;
  /** Closes the listener and ends what is open. */
  close(): void;
}

/**
 * A port on 127.0.0.1 for one link to the CLI. The protocol there is not authenticated, so a connection is let in only when the
 * kernel says that a process of our own user holds the other end, and no more than expected are. Others get nothing, not a byte.
 */
export function openGuardedPort(options: GuardedPortOptions = {}): Promise<GuardedPort> {
  const { atOnce, port: wished = 0, halfOpen = false } = options;
  const allowed = atOnce === undefined ? (options.connections ?? 1) : Infinity;
  const peerOwner = 'peerOwner' in options ? options.peerOwner : peerOwnerFromProc();
  const waiting: Socket[] = [];
  const open = new Set<Socket>();
  let handler: ((socket: Socket) => void) | undefined;
  let admitted = 0;
  let refused = 0;
  const server: Server = createServer({ allowHalfOpen: halfOpen }, (socket) => {
    if (admitted >= allowed || open.size >= (atOnce ?? Infinity) || !isOurs(socket, peerOwner)) {
      refused++;
      socket.destroy();
      return;
    }
    admitted++;
    if (admitted >= allowed) server.close();
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // A connection that breaks is no error of ours: whoever uses it sees its end.
    socket.on('error', () => socket.destroy());
    if (handler === undefined) waiting.push(socket);
    else handler(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: wished, backlog: atOnce ?? 8 }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error('a listener on 127.0.0.1 has no port'));
        return;
      }
      resolve({
        port: address.port,
        guarded: peerOwner !== undefined,
        onConnection(handle) {
          handler = handle;
          for (const socket of waiting.splice(0)) handle(socket);
        },
        counts: () => ({ admitted, refused }),
        shut() {
          server.close();
        },
        close() {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}

function isOurs(socket: Socket, peerOwner: PeerOwner | undefined): boolean {
  if (peerOwner === undefined) return true;
  if (socket.remotePort === undefined || socket.localPort === undefined) return false;
  const owner = peerOwner(socket.remotePort, socket.localPort);
  return owner !== undefined && owner === process.getuid?.();
}
