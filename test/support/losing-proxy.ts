import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LosingProxy extends AsyncDisposable {
  readonly port: number;
  /**
   * Loses the next message of a client in which `words` stand: `request` breaks the connection before they go on, `answer` when the server has
   * answered, of which nothing goes back. Later connections wait for `meanwhile`, then all passes. Resolves when it was lost and `meanwhile` is over.
   */
  lose(words: string, what: 'request' | 'answer', meanwhile?: () => Promise<void>): Promise<void>;
}

/** Stands between a client and a server on loopback and breaks a connection at a word, in plain text only. */
export async function openLosingProxy(target: number): Promise<LosingProxy> {
  const sockets = new Set<Socket>();
  let losing: { readonly words: string; readonly what: 'request' | 'answer'; readonly begin: () => void } | undefined;
  let gate = Promise.resolve();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    void gate.then(() => client.resume());
    const upstream = connect(target, '127.0.0.1');
    let lost: (() => void) | undefined;
    const cut = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (chunk) => {
      if (losing !== undefined && chunk.includes(losing.words)) {
        const { what, begin } = losing;
        losing = undefined;
        lost = () => {
          lost = undefined;
          begin();
          cut();
        };
        if (what === 'request') return lost();
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (lost === undefined) client.write(chunk);
      else lost();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lose: (words, what, meanwhile = () => Promise.resolve()) =>
      new Promise((resolve) => {
        const begin = (): void => {
          gate = meanwhile();
          resolve(gate);
        };
        losing = { words, what, begin };
      }),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
