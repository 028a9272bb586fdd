import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onRealNode, type PodPlace } from '../support/real-node';
import { reach, runClient } from '../support/real-pods';

/**
 * What leaves the node: a server of the host listens on all its addresses, as many do, and a pod of a namespace without any policy tries each.
 * That somebody listens there, this process shows in the same test.
 */
const node = onRealNode();
const namespace = `boundary-${randomBytes(2).toString('hex')}`;

let server: Server;
let client: PodPlace;

beforeAll(async () => {
  if (!node.runs()) return;
  server = createServer((socket) => socket.end('here\n'));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  await node().admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  client = await runClient(node(), namespace);
}, 120_000);

afterAll(async () => {
  if (!node.runs()) return;
  server.close();
  await node().admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
});

function portOf(listening: Server): number {
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port');
  return address.port;
}

async function answersHere(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  await once(socket, 'data');
  socket.destroy();
  return true;
}

it('no pod reaches what the host serves, at whichever of its addresses, but for the API server', async () => {
  const port = portOf(server);
  const link = (await node().hostAddress()) ?? '';
  const others = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
    // Links of other clusters may be there as well.
    .filter((address) => !/^198\.1[89]\./.test(address));
  for (const host of [link, ...others.slice(0, 3)]) {
    expect(await answersHere(host, port)).toBe(true);
    expect([host, await reach(node(), client, host, port)]).toEqual([host, 'timed out']);
  }
  const apiServer = Number(new URL(node().admin.connection.server).port);
  expect(await reach(node(), client, link, apiServer)).toBe('reached');
});
