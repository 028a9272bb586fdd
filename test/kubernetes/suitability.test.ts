// Against the real API server, but for what it can't be made to do here: a plugin turned off, old versions, network agents on nodes.
// For these a stand-in answers, which proves how answers are judged, not that servers answer so.
import { describe, expect, it } from 'vitest';
import { LABELS } from '../../components/vocabulary';
import { createClient } from '../../kubernetes/client';
import { checkCluster, minimumRights, type Finding } from '../../kubernetes/suitability';
import type { KubernetesClient } from '../../kubernetes/types';
import { faultServer, json } from './support/fault-server';
import { randomName, rejectionOf, testNamespace } from './support/namespace';

async function finding(client: KubernetesClient, id: string, dryRunNamespace: string): Promise<Finding> {
  const findings = await checkCluster(client, { dryRunNamespace });
  const found = findings.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no finding ${id}`);
  return found;
}

const states = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ id, state }) => [id, state]));

describe('on the real API server', () => {
  it('sees by dry run that Pod Security, quota and limits are enforced', async () => {
    await using place = await testNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const { client, name: namespace } = place;
    await client.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace },
      spec: { hard: { 'services.nodeports': '0' } },
    });
    await client.create({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'l', namespace },
      spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
    });
    // Made by a controller a moment after the namespace; without it no pod is judged.
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', namespace };
    await expect.poll(() => client.get(account), { timeout: 30_000 }).toBeDefined();
    await expect
      .poll(async () => states(await checkCluster(client, { dryRunNamespace: namespace })), {
        timeout: 30_000,
        interval: 500,
      })
      .toMatchObject({
        version: 'ok',
        'admission-policies': 'ok',
        'pod-security': 'ok',
        quota: 'ok',
        limits: 'ok',
        rights: 'ok',
      });
  });

  it('says what to do when there is nothing to dry-run in', async () => {
    await using place = await testNamespace();
    const missing = await checkCluster(place.client, { dryRunNamespace: randomName() });
    for (const id of ['pod-security', 'quota', 'limits'])
      expect(missing.find((one) => one.id === id)).toMatchObject({
        state: 'unknown',
        remedy: { en: 'run: testbed shared up' },
      });
    expect((await finding(place.client, 'pod-security', place.name)).detail.en).toContain('is not labelled');
    expect((await finding(place.client, 'quota', place.name)).state).toBe('unknown');
  });

  it('lists the rights that are missing, and leaves unknown what it may not look at', async () => {
    await using place = await testNamespace();
    const stranger = createClient(await place.as('stranger'));
    const findings = await checkCluster(stranger, { dryRunNamespace: place.name });
    const asked = minimumRights.flatMap(({ verbs }) => verbs).length;
    const rights = findings.find(({ id }) => id === 'rights');
    expect(rights?.state).toBe('failed');
    expect(rights?.detail.en).toMatch(
      new RegExp(`^${asked} of ${asked} rights are missing: .*create serviceaccounts/token`),
    );
    expect(states(findings)).toMatchObject({
      version: 'ok',
      'pod-security': 'unknown',
      storage: 'unknown',
      'network-policy': 'unknown',
    });
    await stranger.close();
  });

  it('throws when the server can not be reached', async () => {
    await using place = await testNamespace();
    const nowhere = createClient({ ...place.client.connection, server: 'https://127.0.0.1:1' });
    expect(await rejectionOf(checkCluster(nowhere))).toMatchObject({ code: 'KubernetesUnreachable' });
    await nowhere.close();
  });
});

describe('on a stand-in', () => {
  const meta = (name: string, more = {}) => ({ metadata: { name, ...more } });
  const names = (...items: object[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });
  const nodes = names(meta('n1'), meta('n2', { labels: { [LABELS.simulated]: 'true' } }));

  /** Answers by path; all else is an empty list. */
  async function judged(id: string, answers: Readonly<Record<string, unknown>>): Promise<Finding> {
    await using server = await faultServer((request, response) => {
      const path = (request.url ?? '').replace(/\?.*/, '');
      const group = /^\/apis\/([a-z0-9.]+\/v1)$/.exec(path);
      if (path in answers) json(response, 200, answers[path]);
      else if (path === '/api/v1/namespaces/p') json(response, 404, { reason: 'NotFound', message: 'not found' });
      else if (group !== null) json(response, 200, { groupVersion: group[1], resources: KINDS });
      else if (request.method === 'POST')
        json(response, 201, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, status: {} });
      else json(response, 200, names());
    });
    const client = createClient(server.connection);
    try {
      return await finding(client, id, 'p');
    } finally {
      await client.close();
    }
  }
  const KINDS = [
    { name: 'daemonsets', kind: 'DaemonSet', namespaced: true, verbs: ['list'] },
    { name: 'storageclasses', kind: 'StorageClass', namespaced: false, verbs: ['list'] },
  ];
  const place = (labels = {}) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'p', labels } });

  it('fails a server older than 1.30, and takes what vendors write', async () => {
    const old = await judged('version', { '/version': { major: '1', minor: '29', gitVersion: 'v1.29.3' } });
    expect([old.state, old.detail.en]).toEqual(['failed', 'v1.29.3 is older than 1.30']);
    expect((await judged('version', { '/version': { major: '1', minor: '31+', gitVersion: 'v1.31.0-x' } })).state).toBe(
      'ok',
    );
  });

  it('fails a server without admission policies', async () => {
    expect((await judged('admission-policies', {})).state).toBe('failed');
  });

  it('fails a server that takes a privileged pod where labels forbid it', async () => {
    const answers = { '/api/v1/namespaces/p': place({ 'pod-security.kubernetes.io/enforce': 'restricted' }) };
    expect((await judged('pod-security', answers)).state).toBe('failed');
  });

  it('fails a server that goes beyond a quota or leaves defaults out', async () => {
    const quota = names({ ...meta('q'), spec: { hard: { 'services.loadbalancers': '0' } } });
    const limits = names({ ...meta('l'), spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } });
    const answers = {
      '/api/v1/namespaces/p': place(),
      '/api/v1/namespaces/p/resourcequotas': quota,
      '/api/v1/namespaces/p/limitranges': limits,
    };
    expect((await judged('quota', answers)).state).toBe('failed');
    expect((await judged('limits', answers)).state).toBe('failed');
  });

  it.each<[string, object, object, string, string]>([
    ['known agent', nodes, names(meta('cilium')), 'ok', '"cilium" is known to enforce them (not probed)'],
    ['unknown agent', nodes, names(meta('flannel')), 'unknown', 'no known agent enforces them'],
    [
      'simulated nodes',
      names(nodes.items[1] ?? {}),
      names(meta('cilium')),
      'warning',
      'not enforced: all 1 nodes are simulated, so nothing runs on them',
    ],
    ['no nodes', names(), names(), 'warning', 'not enforced: the cluster has no nodes'],
  ])('judges network policies with %s', async (_what, nodeList, agents, state, words) => {
    const found = await judged('network-policy', { '/api/v1/nodes': nodeList, '/apis/apps/v1/daemonsets': agents });
    expect([found.state, found.detail.en]).toEqual([state, words]);
  });

  const storage = (name: string) =>
    meta(name, { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } });
  it.each<[string, object[], string, string]>([
    ['one default', [storage('fast'), meta('slow')], 'ok', 'fast'],
    ['no default', [meta('slow')], 'warning', 'no storage class is the default'],
    ['two defaults', [storage('a'), storage('b')], 'warning', 'several are the default: a, b'],
    ['a simulated one', [storage('simulated')], 'warning', '"simulated" only pretends: nothing is kept'],
  ])('judges storage with %s', async (_what, items, state, words) => {
    const found = await judged('storage', { '/apis/storage.k8s.io/v1/storageclasses': names(...items) });
    expect([found.state, found.detail.en]).toEqual([state, words]);
  });
});
