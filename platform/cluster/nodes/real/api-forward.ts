import { connect, createServer, type Server, type Socket } from 'node:net';

/** More than the parts of a node and the clients in its pods ever hold. */
const MOST_CONNECTIONS = 2000;

export interface ApiForward {
  close(): Promise<void>;
}

export interface ForwardOptions {
  /** Where it listens: the host's end of the link to the node. */
  readonly hostAddress: string;
  /** The only peer that is let in. */
  readonly nodeAddress: string;
  /** The API server's port, here and on 127.0.0.1. */
  readonly port: number;
}

/** Carries the node's connections to the API server, which itself listens on loopback only. TLS goes through untouched. */
export async function forwardApi({ hostAddress, nodeAddress, port }: ForwardOptions): Promise<ApiForward> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (incoming) => {
    if (incoming.remoteAddress !== nodeAddress) {
      incoming.destroy();
      return;
    }
    const outgoing = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    // Whatever befalls one end, the other learns of it.
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, hostAddress, port);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
