import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onRealNode, type PodPlace } from '../support/real-node';
import {
  nodeAddress,
  podAddress,
  reach,
  runClient,
  runServer,
  SERVER_PORT,
  type Addresses,
} from '../support/real-pods';
import { METADATA_ADDRESS, openMetadataServer } from '../support/metadata-server';

/**
 * Two testbeds with packets between them. Behind every address that is tried somebody listens, which a client that is allowed to (in the first
 * testbed, or in a namespace without any policy) shows in the same test: so a connection that times out was dropped.
 */
const node = onRealNode();
const run = randomBytes(2).toString('hex');
const DATABASE_PORT = 5432;

interface Stage {
  readonly inside: PodPlace;
  readonly other: PodPlace;
  readonly free: PodPlace;
  readonly server: Addresses;
  readonly database: string;
}

let stage: Stage;
const unpoliced = `unpoliced-${run}`;

beforeAll(async () => {
  if (!node.runs()) return;
  const one = (await node().up({ name: `wall-one-${run}`, database: { engine: 'postgresql', version: '15' } })).testbed
    .id;
  const two = (await node().up({ name: `wall-two-${run}` })).testbed.id;
  await node().admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: unpoliced } });
  const [server, inside, other, free] = await Promise.all([
    runServer(node(), one),
    runClient(node(), one),
    runClient(node(), two),
    runClient(node(), unpoliced),
  ]);
  const database = await podAddress(node(), { namespace: one, pod: 'database-0' });
  stage = { inside, other, free, server, database };
}, 300_000);

afterAll(async () => {
  if (node.runs()) await node().admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: unpoliced });
});

it('keeps a testbed’s pods, Services and database from every other testbed, and leaves them to its own', async () => {
  const { inside, other, server, database } = stage;
  const targets = [
    ['pod', server.pod, SERVER_PORT],
    ['Service', server.service, SERVER_PORT],
    ['database', database, DATABASE_PORT],
  ] as const;
  for (const [what, host, port] of targets) {
    expect([what, await reach(node(), inside, host, port)]).toEqual([what, 'reached']);
    expect([what, await reach(node(), other, host, port)]).toEqual([what, 'timed out']);
  }
});

it('keeps what nobody guards from reaching in, too', async () => {
  const { free, server, database } = stage;
  expect(await reach(node(), free, server.pod, SERVER_PORT)).toBe('timed out');
  expect(await reach(node(), free, server.service, SERVER_PORT)).toBe('timed out');
  expect(await reach(node(), free, database, DATABASE_PORT)).toBe('timed out');
});

it('keeps a testbed from the API server, which others reach', async () => {
  const { inside, other, free } = stage;
  const { server } = node().admin.connection;
  const service = '10.96.0.1';
  expect(await reach(node(), free, service, 443)).toBe('reached');
  for (const from of [inside, other]) expect(await reach(node(), from, service, 443)).toBe('timed out');
  // By the address behind the Service, too.
  const host = (await node().hostAddress()) ?? '';
  const port = Number(new URL(server).port);
  expect(await reach(node(), free, host, port)).toBe('reached');
  for (const from of [inside, other]) expect(await reach(node(), from, host, port)).toBe('timed out');
});

it('keeps every pod from the node and its kubelet, which answers the API server', async () => {
  const { inside, other, free } = stage;
  const address = await nodeAddress(node());
  for (const from of [inside, other, free]) expect(await reach(node(), from, address, 10_250)).toBe('timed out');
  // A command in a pod goes by way of the kubelet, on that very port.
  expect((await node().inPod(inside, ['true'])).code).toBe(0);
});

it('keeps a testbed from the address where clouds serve credentials, although somebody answers there', async () => {
  const { inside, other, free } = stage;
  await using _server = await openMetadataServer(node());
  expect(await reach(node(), free, METADATA_ADDRESS, 80)).toBe('reached');
  for (const from of [inside, other]) expect(await reach(node(), from, METADATA_ADDRESS, 80)).toBe('timed out');
});
