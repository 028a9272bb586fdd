import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { onRealNode, type PodPlace } from '../support/real-node';
import { lookUp, podAddress, reach, runClient, runServer, SERVER_PORT, type Addresses } from '../support/real-pods';

/** What the cluster's DNS tells a testbed: its own names and those of shared Services, nothing of anybody else. */
const node = onRealNode();
const run = randomBytes(2).toString('hex');

let one: string;
let inside: PodPlace;
let other: PodPlace;
let server: Addresses;
let database: string;

beforeAll(async () => {
  if (!node.runs()) return;
  one = (await node().up({ name: `names-one-${run}`, database: { engine: 'postgresql', version: '15' } })).testbed.id;
  const two = (await node().up({ name: `names-two-${run}` })).testbed.id;
  [server, inside, other] = await Promise.all([runServer(node(), one), runClient(node(), one), runClient(node(), two)]);
  database = await podAddress(node(), { namespace: one, pod: 'database-0' });
}, 300_000);

it('tells a testbed its own names, short and long', async () => {
  const whole = `server.${one}.svc.cluster.local`;
  for (const name of ['server', `server.${one}`, whole])
    expect(await lookUp(node(), inside, name)).toBe(`${server.service} ${whole}`);
  expect(await lookUp(node(), inside, `database.${one}.svc`)).toBe(`${database} database.${one}.svc.cluster.local`);
  expect(await reach(node(), inside, 'server', SERVER_PORT)).toBe('reached');
});

it('tells nobody else that they exist, by name or by address', async () => {
  for (const name of [
    `server.${one}`,
    `server.${one}.svc.cluster.local`,
    `database.${one}.svc`,
    `database-0.database.${one}.svc.cluster.local`,
    `nothing.${one}.svc.cluster.local`,
  ])
    expect([name, await lookUp(node(), other, name)]).toEqual([name, undefined]);
  for (const address of [server.service, server.pod, database])
    expect([address, await lookUp(node(), other, address)]).toEqual([address, undefined]);
  // The same question is answered to those whom it concerns.
  expect(await lookUp(node(), inside, server.service)).toBe(`${server.service} server.${one}.svc.cluster.local`);
});

it('tells every testbed where the shared Services are', async () => {
  for (const from of [inside, other])
    expect(await lookUp(node(), from, 'kubernetes.default.svc')).toBe('10.96.0.1 kubernetes.default.svc.cluster.local');
});
