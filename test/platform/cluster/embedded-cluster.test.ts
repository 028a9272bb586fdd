import { X509Certificate, randomBytes, randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../../kubernetes/client';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import {
  openEmbeddedCluster,
  readAuditIndex,
  type ClusterIdentity,
  type ClusterStatus,
} from '../../../platform/cluster';
import type { StepEvent } from '../../../errors';
import { auditEvents, eventually, processesOf, temporaryCluster, tools } from './cluster-under-test';

const HOUR = 60 * 60 * 1000;
const place = temporaryCluster();
const { layout } = place;
const cluster = openEmbeddedCluster({
  directory: place.directory,
  switches: { auditMegabytes: 1, archiveEverySeconds: 0.5 },
});
const clients: KubernetesClient[] = [];
const steps: StepEvent[] = [];

async function clientAs(identity: ClusterIdentity): Promise<KubernetesClient> {
  const client = createClient(await cluster.connection(identity));
  clients.push(client);
  return client;
}

function up(): ReturnType<typeof cluster.up> {
  return cluster.up({ tools: tools(), nodes: { kind: 'simulated', count: 2 }, unsafeNoFsync: true });
}

function ready(): Promise<ClusterStatus> {
  return eventually('the cluster is ready', async () => {
    const status = await cluster.status();
    return status.state === 'ready' ? status : undefined;
  });
}

async function namespace(admin: KubernetesClient): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

/** Status of an answer to a request with the given headers and no certificate. */
function statusOf(server: string, caPem: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${server}${path}`, { ca: caPem, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on('error', reject);
  });
}

beforeAll(async () => {
  const result = await cluster.up({
    tools: tools(),
    nodes: { kind: 'simulated', count: 2 },
    unsafeNoFsync: true,
    onProgress: (event) => steps.push(event),
  });
  if (result.outcome !== 'started') throw new Error(`an empty directory was ${result.outcome}`);
});

afterAll(async () => {
  for (const client of clients) await client.close();
  await cluster.down({ destroy: true });
  place.end();
});

describe('up', () => {
  it('tells every step once, numbered, with its time', () => {
    const told = steps.filter(({ state }) => state !== 'update');
    expect(told.map(({ index, total, id, state }) => `${index}/${total} ${id} ${state}`)).toEqual(
      ['prepare', 'api', 'bootstrap', 'controllers', 'nodes'].flatMap((step, index) => [
        `${index + 1}/5 cluster:${step} start`,
        `${index + 1}/5 cluster:${step} done`,
      ]),
    );
    expect(told.filter(({ state }) => state === 'done').every(({ elapsedMs }) => elapsedMs !== undefined)).toBe(true);
  });

  it('changes nothing when all is well, and says so', async () => {
    await ready();
    const before = processesOf(layout).map(({ pid }) => pid);
    const { outcome, status } = await up();
    expect(outcome).toBe('unchanged');
    expect(processesOf(layout).map(({ pid }) => pid)).toEqual(before);
    expect(status.version).toMatch(/^v1\.34\./);
    expect(status.components.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'etcd running',
      'kube-apiserver running',
      'kube-controller-manager running',
      'kube-scheduler running',
      'kwok running',
      'simulated-storage running',
    ]);
  });

  it('keeps every file and folder to its own user', () => {
    const open = readdirSync(layout.directory, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => (lstatSync(path).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(lstatSync(layout.directory).mode & 0o777).toBe(0o700);
  });

  it('listens on loopback only', () => {
    const pids = processesOf(layout).map(({ pid }) => pid);
    const inodes = new Set(
      pids.flatMap((pid) =>
        readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
          try {
            return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
          } catch {
            // Closed meanwhile.
            return [];
          }
        }),
      ),
    );
    const listening = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state, , , , , , inode]) => state === '0A' && inode !== undefined && inodes.has(inode))
        .map(([, local]) => local?.split(':')[0]),
    );
    // API server, etcd for clients, etcd for peers; 0100007F is 127.0.0.1.
    expect(listening).toEqual(['0100007F', '0100007F', '0100007F']);
  });
});

describe('the supervisor', () => {
  it.each(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'])(
    'starts %s again after kill -9',
    async (role) => {
      await ready();
      const victim = processesOf(layout).find((candidate) => candidate.role === role);
      if (victim === undefined) throw new Error(`${role} does not run`);
      process.kill(victim.pid, 'SIGKILL');
      const healed = await eventually(`${role} runs again`, async () => {
        const status = await cluster.status();
        const component = status.components.find(({ name }) => name === role);
        return status.state === 'ready' && component?.pid !== victim.pid ? component : undefined;
      });
      expect(healed.restarts).toBeGreaterThan(0);
      expect(healed.lastExit).toMatch(/^signal SIGKILL, /);
      expect(processesOf(layout).filter((candidate) => candidate.role === role)).toHaveLength(1);
    },
  );

  it('may die by kill -9: the API serves on, and the next up replaces all that was left', async () => {
    const { supervisorPid, server } = await ready();
    const before = processesOf(layout);
    process.kill(supervisorPid ?? 0, 'SIGKILL');
    await eventually('the supervisor is gone', () =>
      processesOf(layout).some(({ role }) => role === 'supervisor') ? undefined : true,
    );
    const orphaned = await cluster.status();
    expect(orphaned.state).toBe('degraded');
    expect(orphaned.components.map(({ name }) => name)).toContain('etcd');
    await expect(cluster.connection('operator')).rejects.toMatchObject({ code: 'ClusterNotRunning' });

    const { outcome, status } = await up();
    expect(outcome).toBe('repaired');
    expect(status.state).toBe('ready');
    expect(status.server).toBe(server);
    const after = processesOf(layout);
    expect(after.map(({ role }) => role).toSorted()).toEqual([
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
      'supervisor',
    ]);
    const old = new Set(before.map(({ pid }) => pid));
    expect(after.filter(({ pid }) => old.has(pid))).toEqual([]);
  });
});

describe('identities', () => {
  it('refuses who brings no credential or a wrong one', async () => {
    await ready();
    const { server, caPem } = await cluster.connection('operator');
    const paths = ['/readyz', '/version', '/api/v1/namespaces'];
    expect(await Promise.all(paths.map((path) => statusOf(server, caPem, path)))).toEqual([401, 401, 401]);
    expect(await statusOf(server, caPem, '/api/v1/namespaces', { authorization: 'Bearer wrong' })).toBe(401);
  });

  it('lets no certificate of the API open etcd', async () => {
    await ready();
    const { caPem, credential } = await cluster.connection('admin');
    const record = JSON.parse(readFileSync(layout.record, 'utf8')) as { ports: { etcdClient: number } };
    const etcdCa = readFileSync(join(layout.pki, 'etcd-ca.crt'), 'utf8');
    if (credential.kind !== 'certificate') throw new Error('not a certificate');
    const refused = new Promise((resolve, reject) => {
      get(
        `https://127.0.0.1:${record.ports.etcdClient}/health`,
        { ca: [caPem, etcdCa], cert: credential.certPem, key: credential.keyPem, agent: false },
        resolve,
      ).on('error', reject);
    });
    await expect(refused).rejects.toThrow(/unknown ca|bad certificate|ECONNRESET/);
  });

  it('gives the admin an hour at most, operator and site a day', async () => {
    const lives: Record<string, number> = {};
    for (const identity of ['admin', 'operator', 'site'] as const) {
      const { credential } = await cluster.connection(identity);
      if (credential.kind !== 'certificate') throw new Error('not a certificate');
      const certificate = new X509Certificate(credential.certPem);
      lives[identity] = certificate.validToDate.getTime() - certificate.validFromDate.getTime();
    }
    expect(lives).toEqual({ admin: HOUR, operator: 24 * HOUR, site: 24 * HOUR });
  });

  it('makes the admin a user whose rights can be taken away: a group of ours, not system:masters', async () => {
    const admin = await clientAs('admin');
    const { body } = await admin.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    expect(body).toMatchObject({
      status: { userInfo: { username: 'testbed:admin', groups: ['testbed:admins', 'system:authenticated'] } },
    });
  });

  it.each([
    ['operator', 'list', '', 'pods', '', 'any', true],
    ['operator', 'watch', 'apps', 'statefulsets', '', 'any', true],
    ['operator', 'get', '', 'configmaps', '', 'any', true],
    ['operator', 'list', 'rbac.authorization.k8s.io', 'clusterroles', '', '', true],
    ['operator', 'get', '', 'secrets', '', 'any', false],
    ['operator', 'list', '', 'secrets', '', '', false],
    ['operator', 'watch', '', 'secrets', '', 'testbed-system', false],
    ['operator', 'create', '', 'pods', '', 'any', false],
    ['operator', 'delete', '', 'namespaces', '', '', false],
    ['operator', 'get', '', 'nodes', 'proxy', '', false],
    ['operator', 'create', '', 'pods', 'exec', 'any', false],
    ['operator', 'create', '', 'serviceaccounts', 'token', 'testbed-system', false],
    ['operator', 'impersonate', '', 'users', '', '', false],
    ['site', 'create', '', 'secrets', '', 'testbed-system', true],
    ['site', 'delete', '', 'secrets', '', 'testbed-system', true],
    ['site', 'list', '', 'secrets', '', 'testbed-system', true],
    ['site', 'get', '', 'secrets', '', 'testbed-system', false],
    ['site', 'update', '', 'secrets', '', 'testbed-system', false],
    ['site', 'list', '', 'secrets', '', 'kube-system', false],
    ['site', 'create', '', 'namespaces', '', '', false],
    ['site', 'list', '', 'pods', '', 'testbed-system', false],
    ['site', 'create', '', 'serviceaccounts', 'token', 'testbed-system/testbed-provisioner', true],
    ['site', 'create', '', 'serviceaccounts', 'token', 'testbed-system/default', false],
    ['site', 'create', '', 'serviceaccounts', 'token', 'kube-system/testbed-provisioner', false],
  ] as const)(
    '%s: %s %s/%s %s in "%s" is allowed: %s',
    async (identity, verb, group, resource, subresource, where, allowed) => {
      await ready();
      const client = await clientAs(identity);
      const [namespaceName = '', name = ''] = where.split('/');
      const { body } = await client.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { verb, group, resource, subresource, namespace: namespaceName, name } },
        },
      });
      expect(body).toMatchObject({ status: { allowed } });
    },
  );

  it('lets the operator read every kind of the server but secrets', async () => {
    await ready();
    const operator = await clientAs('operator');
    const admin = await clientAs('admin');
    const refused: string[] = [];
    for (const { apiVersion, kind, verbs } of await admin.resources()) {
      if (!verbs.includes('list')) continue;
      try {
        for await (const _ of operator.list(apiVersion, kind, { limit: 1 })) break;
      } catch {
        refused.push(`${apiVersion} ${kind}`);
      }
    }
    expect(refused).toEqual(['v1 Secret']);
  });
});

describe('what is stored', () => {
  it('is encrypted: neither a secret nor a configuration stands in clear text in the database', async () => {
    await ready();
    const admin = await clientAs('admin');
    const where = await namespace(admin);
    const canary = `canary-${randomUUID()}`;
    const plain = `plain-${randomUUID()}`;
    const object = { apiVersion: 'v1', metadata: { name: 'canary', namespace: where } };
    await admin.create({ ...object, kind: 'Secret', stringData: { password: canary } });
    await admin.create({ ...object, kind: 'ConfigMap', data: { setting: canary } });
    // The positive control: what is not encrypted is found, so the search sees what is written.
    await admin.create({ ...object, kind: 'ServiceAccount', metadata: { ...object.metadata, annotations: { plain } } });
    const files = await eventually('the database has the control', () => {
      const content = rawDatabase();
      return content.some((file) => file.includes(plain)) ? content : undefined;
    });
    for (const form of [canary, Buffer.from(canary).toString('base64')])
      expect(files.some((file) => file.includes(form))).toBe(false);
    expect(files.some((file) => file.includes('k8s:enc:secretbox:v1:key1:'))).toBe(true);
  });
});

function rawDatabase(): Buffer[] {
  return readdirSync(layout.etcdData, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

describe('the audit log', () => {
  it('has guard rails with their content, secrets by name only, other writes by name, and no plain reads', async () => {
    await ready();
    const [admin, operator] = [await clientAs('admin'), await clientAs('operator')];
    const where = await namespace(admin);
    const canary = `canary-${randomUUID()}`;
    const object = { apiVersion: 'v1', metadata: { name: 'audited', namespace: where } };
    await admin.create({ ...object, kind: 'Secret', stringData: { password: canary } });
    await admin.create({ ...object, kind: 'ConfigMap', data: { setting: canary } });
    await admin.create({ ...object, kind: 'Service', spec: { ports: [{ port: 80 }] } });
    await admin.create({ ...object, kind: 'ServiceAccount' });
    await admin.create({ ...object, kind: 'ResourceQuota', spec: { hard: { pods: '7' } } });
    await admin.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: object.metadata,
      spec: { podSelector: {} },
    });
    await admin.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: object.metadata,
      rules: [],
    });
    await admin.raw('POST', `/api/v1/namespaces/${where}/serviceaccounts/audited/token`, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    await operator.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'audited', namespace: where });
    await operator.get({ apiVersion: 'v1', kind: 'Service', name: 'audited', namespace: where });
    await admin.get({ apiVersion: 'v1', kind: 'Service', name: 'audited', namespace: where });
    await admin.delete({ apiVersion: 'v1', kind: 'Service', name: 'audited', namespace: where });

    const events = await eventually('the last write is in the log', () => {
      const all = auditEvents(layout).filter(
        ({ objectRef, requestURI }) => objectRef?.namespace === where || requestURI.includes(where),
      );
      return all.some(({ verb, objectRef }) => verb === 'delete' && objectRef?.resource === 'services')
        ? all
        : undefined;
    });
    const people = events.filter(
      ({ user }) => user.username === 'testbed:admin' || user.username === 'testbed:operator',
    );
    const seen = people.map(({ user, verb, requestURI, objectRef, level, requestObject }) => {
      const resource = `${objectRef?.resource}${requestURI.includes('/token') ? '/token' : ''}`;
      return `${user.username} ${verb} ${resource} ${level}${requestObject === undefined ? '' : ' with content'}`;
    });
    expect(seen).toEqual([
      'testbed:admin create secrets Metadata',
      'testbed:admin create configmaps Metadata',
      'testbed:admin create services Metadata',
      'testbed:admin create serviceaccounts Metadata',
      'testbed:admin create resourcequotas RequestResponse with content',
      'testbed:admin create networkpolicies RequestResponse with content',
      'testbed:admin create roles RequestResponse with content',
      'testbed:admin create serviceaccounts/token Metadata',
      'testbed:operator get configmaps Metadata',
      'testbed:admin get services Metadata',
      'testbed:admin delete services Metadata',
    ]);
    expect(JSON.stringify(auditEvents(layout))).not.toContain(canary);
  });

  it("has the creation of namespaces with its labels, and none of the cluster's own leases and events", async () => {
    await ready();
    const admin = await clientAs('admin');
    const name = await namespace(admin);
    const created = await eventually('the namespace is in the log', () =>
      auditEvents(layout).find(
        ({ verb, requestObject, user }) =>
          user.username === 'testbed:admin' && verb === 'create' && JSON.stringify(requestObject ?? '').includes(name),
      ),
    );
    expect(created.level).toBe('RequestResponse');
    const noise = auditEvents(layout).filter(({ objectRef }) =>
      ['leases', 'events'].includes(objectRef?.resource ?? ''),
    );
    expect(noise).toEqual([]);
    expect(auditEvents(layout).filter(({ stage }) => stage === 'RequestReceived')).toEqual([]);
  });

  it('is archived by digest before a closed file goes', async () => {
    await ready();
    const admin = await clientAs('admin');
    const before = readAuditIndex(layout).length;
    const filler = 'x'.repeat(200_000);
    // Dry runs with large content: each event holds it twice, so that a megabyte is soon full.
    for (let round = 0; round < 6; round++)
      await admin.create(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `filler-${round}`, annotations: { filler } } },
        { dryRun: true },
      );
    const index = await eventually('another file is archived', () => {
      const lines = readAuditIndex(layout);
      return lines.length > before ? lines : undefined;
    });
    for (const { entry } of index) expect(readdirSync(layout.auditArchive)).toContain(`${entry.digest}.log.gz`);
  });
});

describe('simulated nodes and storage', () => {
  it('are marked as simulated wherever shown', async () => {
    await ready();
    const operator = await clientAs('operator');
    const marked: string[] = [];
    for await (const { metadata } of operator.list('v1', 'Node')) {
      expect(metadata.labels?.['testbed.io/simulated']).toBe('true');
      marked.push(metadata.name);
    }
    const storageClass = await operator.get({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      name: 'simulated',
    });
    expect(marked.toSorted()).toEqual(['simulated-1', 'simulated-2']);
    expect(storageClass?.metadata.labels?.['testbed.io/simulated']).toBe('true');
    expect((await cluster.status()).nodes).toEqual({ kind: 'simulated', count: 2 });
  });

  it('make a StatefulSet with a claim ready, and end its volume with the claim', async () => {
    await ready();
    const admin = await clientAs('admin');
    const where = await namespace(admin);
    const labels = { app: 'database' };
    await admin.create({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'database', namespace: where },
      spec: {
        serviceName: 'database',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          // The namespace controller waits half of the grace of the pods that it ends.
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'database', image: 'database', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    });
    const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'database', namespace: where };
    await eventually('the StatefulSet is ready', async () => {
      const { status } = (await admin.get(set)) as KubernetesObject & { status?: { readyReplicas?: number } };
      return status?.readyReplicas === 1 ? true : undefined;
    });
    const volumes = async (): Promise<KubernetesObject[]> => {
      const found: KubernetesObject[] = [];
      for await (const volume of admin.list('v1', 'PersistentVolume'))
        if (JSON.stringify(volume['spec']).includes(where)) found.push(volume);
      return found;
    };
    expect((await volumes()).map(({ metadata }) => metadata.labels)).toEqual([{ 'testbed.io/simulated': 'true' }]);
    await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: where });
    await eventually('the volume is gone', async () => ((await volumes()).length === 0 ? true : undefined));
  });
});

describe('certificates', () => {
  it('are made again by the next up, and a running API server serves the new one without a restart', async () => {
    const { server } = await ready();
    const port = Number(new URL(server ?? '').port);
    const [before, served] = [processesOf(layout).map(({ pid }) => pid), await servedFingerprint(port)];
    rmSync(join(layout.pki, 'kube-apiserver.pem'));
    await up();
    const renewed = new X509Certificate(readFileSync(join(layout.pki, 'kube-apiserver.pem'), 'utf8')).fingerprint256;
    expect(renewed).not.toBe(served);
    await eventually('the new certificate is served', async () =>
      (await servedFingerprint(port)) === renewed ? true : undefined,
    );
    expect(processesOf(layout).map(({ pid }) => pid)).toEqual(before);
  });
});

function servedFingerprint(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // Only the certificate itself is looked at here; nothing is sent.
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
