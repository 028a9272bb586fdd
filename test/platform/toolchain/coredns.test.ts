// The name server that is built here, as it runs on a real node: the real program on a real API server. Its clients are addresses of
// the loopback net, given to pods that never run; that a pod can't ask with another's address is the node's part, not shown here.
import { spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../../kubernetes/client';
import { stringAt } from '../../../kubernetes/json';
import type { JsonObject, KubernetesObject } from '../../../kubernetes/types';
import { packageRoot } from '../../../package/root';
import { executablesOnPath } from '../../../platform/toolchain/path-lookup';
import { testSurroundings } from '../../support/cluster';
import { legalPodSpec } from '../../support/foreign-pod';
import { eventually } from '../../support/rejection';
import { startNameServer, type NameServer } from './name-server';

const run = randomBytes(3).toString('hex');
/** Of this run alone: pods that another has left behind would claim them too. */
const NET = `127.${randomInt(1, 255)}.${randomInt(256)}`;
const [MINE, OTHERS, INFRA] = [`names-mine-${run}`, `names-others-${run}`, `names-infra-${run}`] as const;
const ME = `${NET}.5`;
const OTHER = `${NET}.6`;
const NEW = `${NET}.7`;
const NOBODY = `${NET}.99`;

const client = createClient(testSurroundings().connection);
let server: NameServer;
/** Cluster IP by `service.namespace`. */
const addresses = new Map<string, string>();

beforeAll(async () => {
  for (const name of [MINE, OTHERS, INFRA]) {
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await service(name, 'database');
  }
  await service(INFRA, 'registry');
  await service(MINE, 'replicas', { clusterIP: 'None' });
  await service(OTHERS, 'replicas', { clusterIP: 'None' });
  await slice(MINE, '10.244.77.1');
  await slice(OTHERS, '10.244.77.2');
  for (const [name, target] of [
    ['to-database', `database.${OTHERS}`],
    ['to-nothing', `nothing.${OTHERS}`],
    ['to-registry', `registry.${INFRA}`],
  ] as const)
    await service(MINE, name, { type: 'ExternalName', externalName: `${target}.svc.cluster.local` });
  await pod(MINE, ME);
  await pod(OTHERS, OTHER);
  server = await startNameServer([`${INFRA}/registry`]);
  return async () => server.close();
});

afterAll(async () => {
  for (const name of [MINE, OTHERS, INFRA]) await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
  await client.close();
});

async function service(namespace: string, name: string, spec: JsonObject = {}): Promise<void> {
  const made = await client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }], ...spec },
  });
  addresses.set(`${name}.${namespace}`, stringAt(made['spec'], 'clusterIP') ?? '');
}

/** The Service `replicas` has one ready endpoint, `replica-0`. */
async function slice(namespace: string, address: string): Promise<void> {
  await client.create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'replicas', namespace, labels: { 'kubernetes.io/service-name': 'replicas' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], hostname: 'replica-0', conditions: { ready: true } }],
    ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
  });
}

/** A pod that nothing schedules; the address is what the kubelet or, as `annotations`, the CNI plugin would write. */
async function pod(namespace: string, address: string, annotations?: Record<string, string>): Promise<void> {
  await eventually('the account of pods', async () =>
    client.get({ apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', namespace }),
  );
  const name = `client-${address.replaceAll('.', '-')}`;
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...(annotations === undefined ? {} : { annotations }) },
    spec: legalPodSpec({ schedulerName: 'nobody' }),
  };
  await client.create(object);
  if (annotations !== undefined) return;
  await client.mergePatch(
    { apiVersion: 'v1', kind: 'Pod', name, namespace },
    { status: { podIP: address, podIPs: [{ ip: address }] } },
    { subresource: 'status' },
  );
}

function addressOf(name: string): string {
  const address = addresses.get(name);
  if (address === undefined) throw new Error(`no Service ${name}`);
  return address;
}

function reversed(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
}

function full(name: string): string {
  return `${name}.svc.cluster.local`;
}

describe('a pod', () => {
  test('learns all of its own namespace', async () => {
    expect(await server.ask(ME, full(`database.${MINE}`))).toEqual([addressOf(`database.${MINE}`)]);
    expect(await server.ask(ME, full(`DataBase.${MINE}`).toUpperCase())).toEqual([addressOf(`database.${MINE}`)]);
    expect(await server.ask(ME, full(`database.${MINE}`), 'AAAA')).toBe('ENODATA');
    expect(await server.ask(ME, full(`_sql._tcp.database.${MINE}`), 'SRV')).toEqual([
      `${full(`database.${MINE}`)}:5432`,
    ]);
    expect(await server.ask(ME, full(`replicas.${MINE}`))).toEqual(['10.244.77.1']);
    expect(await server.ask(ME, full(`replica-0.replicas.${MINE}`))).toEqual(['10.244.77.1']);
    expect(await server.ask(ME, reversed(addressOf(`database.${MINE}`)), 'PTR')).toEqual([full(`database.${MINE}`)]);
    expect(await server.ask(ME, reversed('10.244.77.1'), 'PTR')).toEqual([full(`replica-0.replicas.${MINE}`)]);
    expect(await server.ask(ME, full(`nothing.${MINE}`))).toBe('ENOTFOUND');
  });

  test('learns of the shared Services, and of nothing beside them', async () => {
    for (const from of [ME, OTHER]) {
      expect(await server.ask(from, full(`registry.${INFRA}`))).toEqual([addressOf(`registry.${INFRA}`)]);
      expect(await server.ask(from, reversed(addressOf(`registry.${INFRA}`)), 'PTR')).toEqual([
        full(`registry.${INFRA}`),
      ]);
      expect(await server.ask(from, full(`database.${INFRA}`))).toBe('ENOTFOUND');
      expect(await server.ask(from, reversed(addressOf(`database.${INFRA}`)), 'PTR')).toBe('ENOTFOUND');
    }
    expect(await server.ask(ME, full(`to-registry.${MINE}`))).toEqual([addressOf(`registry.${INFRA}`)]);
  });

  test.each([
    'database.OTHERS.svc',
    'replicas.OTHERS.svc',
    'replica-0.replicas.OTHERS.svc',
    '_sql._tcp.database.OTHERS.svc',
    'OTHERS.svc',
    '*.OTHERS.svc',
    'any.OTHERS.svc',
    '*.*.svc',
    'OTHER.OTHERS.pod',
    'ME.MINE.pod',
    'OTHERS.pod',
    'kubernetes.default.svc',
    'default.svc',
    'kube-system.svc',
    'dns-version',
    'ns.dns',
  ])('learns no more of %s than of what is not there, by any kind of question', async (pattern) => {
    const name = pattern
      .replace('OTHERS', OTHERS)
      .replace('MINE', MINE)
      .replace('OTHER', OTHER.replaceAll('.', '-'))
      .replace('ME', ME.replaceAll('.', '-'));
    for (const kind of ['A', 'AAAA', 'SRV', 'TXT', 'ANY', 'CNAME', 'NS', 'SOA'] as const)
      expect(await server.ask(ME, `${name}.cluster.local`, kind), kind).toBe('ENOTFOUND');
  });

  test("learns nothing from others' addresses", async () => {
    for (const address of [addressOf(`database.${OTHERS}`), '10.244.77.2', OTHER, '10.96.0.1', '10.96.255.254'])
      expect(await server.ask(ME, reversed(address), 'PTR'), address).toBe('ENOTFOUND');
  });

  test('learns nothing by an alias of its own, not even whether its target is there', async () => {
    expect(await server.ask(ME, full(`to-database.${MINE}`))).toBe('ENODATA');
    expect(await server.ask(ME, full(`to-nothing.${MINE}`))).toBe('ENODATA');
    expect(await server.ask(ME, full(`to-database.${MINE}`), 'CNAME')).toBe('ENODATA');
  });

  test('learns nothing of the zones themselves', async () => {
    for (const zone of ['cluster.local', 'svc.cluster.local', 'in-addr.arpa', '96.10.in-addr.arpa'])
      for (const kind of ['A', 'ANY', 'NS', 'TXT'] as const)
        expect(await server.ask(ME, zone, kind), `${zone} ${kind}`).toBe('ENODATA');
  });

  test('is not handed what another was answered a moment ago', async () => {
    const name = full(`database.${MINE}`);
    for (let round = 0; round < 3; round += 1) {
      expect(await server.ask(ME, name)).toEqual([addressOf(`database.${MINE}`)]);
      expect(await server.ask(OTHER, name)).toBe('ENOTFOUND');
    }
  });

  test('is refused names outside, which nobody is asked about', async () => {
    expect(await server.ask(ME, 'example.org')).toBe('EREFUSED');
    expect(await server.ask(ME, 'secret.of.mine.example.org', 'TXT')).toBe('EREFUSED');
  });

  test('is known by the word of the CNI plugin, until the address is another pod', async () => {
    await pod(MINE, NEW, { 'cni.projectcalico.org/podIP': `${NEW}/32` });
    const found = async (): Promise<true | undefined> =>
      Array.isArray(await server.ask(NEW, full(`database.${MINE}`))) ? true : undefined;
    await eventually('the new pod is known', found);

    const name = `client-${NEW.replaceAll('.', '-')}`;
    const reference = { apiVersion: 'v1', kind: 'Pod', name, namespace: MINE };
    await client.mergePatch(reference, { metadata: { annotations: { 'cni.projectcalico.org/podIP': '' } } });
    await pod(OTHERS, NEW);
    await eventually('the address is of the other namespace', async () =>
      Array.isArray(await server.ask(NEW, full(`database.${OTHERS}`))) ? true : undefined,
    );
    expect(await server.ask(NEW, full(`database.${MINE}`))).toBe('ENOTFOUND');
  });
});

test('a client that no pod is gets nothing at all', async () => {
  for (const name of [full(`database.${MINE}`), full(`registry.${INFRA}`), 'cluster.local', 'example.org'])
    expect(await server.ask(NOBODY, name), name).toBe('EREFUSED');
  expect(await server.ask(NOBODY, reversed(addressOf(`registry.${INFRA}`)), 'PTR')).toBe('EREFUSED');
});

test('no plugin is compiled in that asks other servers, or that tells of the cluster in another way', () => {
  const { stdout } = spawnSync(testSurroundings().tools['coredns'] ?? '', ['-plugins'], { encoding: 'utf8' });
  // Those that these bring along can't be named in a Corefile: their directives are left out.
  expect(stdout.trim().split('\n')).toEqual([
    'cache',
    'errors',
    'health',
    'kubernetes',
    'metadata',
    'prometheus',
    'ready',
    'transfer',
    'visibility',
  ]);
});

test('its own tests in Go pass', { timeout: 600_000 }, () => {
  const go = executablesOnPath('go', process.env['PATH'])[0];
  if (go === undefined) throw new Error('this test needs Go: put it on PATH');
  const { status, stdout, stderr } = spawnSync(go, ['test', '-mod=readonly', './...'], {
    cwd: join(packageRoot(), 'platform', 'toolchain', 'coredns'),
    env: {
      ...process.env,
      PATH: `${dirname(go)}:${process.env['PATH'] ?? ''}`,
      CGO_ENABLED: '0',
      GOTOOLCHAIN: 'local',
    },
    encoding: 'utf8',
    timeout: 580_000,
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
});
