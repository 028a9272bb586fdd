import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { forwardApi, type ApiForward } from '../../../platform/cluster/nodes/real/api-forward';

/** Two addresses of the loopback device stand for the two ends of the link; which packets may arrive there at all is not shown here. */
const HOST = '127.0.0.2';
const NODE = '127.0.0.3';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

/** Answers with what it was sent, when the other side has ended. */
async function echo(): Promise<{ readonly server: Server; readonly port: number; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  return { server, port: (server.address() as AddressInfo).port, sockets };
}

async function forward(port: number): Promise<ApiForward> {
  const forwarding = await forwardApi({ hostAddress: HOST, nodeAddress: NODE, port });
  open.push(() => forwarding.close());
  return forwarding;
}

function from(localAddress: string, port: number): Socket {
  return connect({ host: HOST, port, localAddress });
}

it('carries a megabyte there and back, and an end in each direction', async () => {
  const { port } = await echo();
  await forward(port);
  const sent = 'x'.repeat(1 << 20);
  const socket = from(NODE, port);
  socket.end(sent);
  expect(await text(socket)).toBe(sent);
});

it('closes at once on a peer that is not the node, before a byte has gone through', async () => {
  const { port, sockets } = await echo();
  await forward(port);
  const socket = from('127.0.0.4', port);
  socket.on('error', () => undefined).resume();
  socket.write('who am I');
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
  expect(sockets.size).toBe(0);
});

it('ends the connection to the server with the client that is gone', async () => {
  const { port, sockets } = await echo();
  await forward(port);
  const socket = from(NODE, port);
  socket.write('hello');
  await once(socket, 'data');
  const [atServer] = sockets;
  if (atServer === undefined) throw new Error('the server has no connection');
  const closed = once(atServer, 'close');
  socket.resetAndDestroy();
  await closed;
  expect(sockets.size).toBe(0);
});

it('ends the client when the server does not listen', async () => {
  const { server, port } = await echo();
  await forward(port);
  await new Promise((resolve) => server.close(resolve));
  const socket = from(NODE, port);
  socket.on('error', () => undefined).resume();
  await once(socket, 'close');
  expect(socket.bytesRead).toBe(0);
});

it('closes with all that goes through it', async () => {
  const { port, sockets } = await echo();
  const forwarding = await forward(port);
  const socket = from(NODE, port);
  socket.on('error', () => undefined).resume();
  socket.write('hello');
  await once(socket, 'data');
  const [atServer] = sockets;
  if (atServer === undefined) throw new Error('the server has no connection');
  const closed = Promise.all([once(socket, 'close'), once(atServer, 'close')]);
  await forwarding.close();
  await closed;
  const late = from(NODE, port);
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
