import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podSecurityLabels } from '../../components';
import { createClient } from '../../kubernetes/client';
import { fieldsAt, listAt, stringAt } from '../../kubernetes/json';
import { requestToken } from '../../kubernetes/token';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { guardRails } from '../../policies/guard-rails';
import { applyTestbed, type AppliedTestbed } from '../support/applied-testbed';
import { testSurroundings } from '../support/cluster';
import { answerOf, eventually } from '../support/rejection';
import { admittedSpec } from '../support/testbed-recording';

/*
 * The guard rails on a real API server against somebody with every right that RBAC can give, so that nothing else refuses. They are installed
 * under names of their own and bound to this test's namespaces alone.
 */
const run = randomBytes(4).toString('hex');
const OURS = { 'guard-rails.test': run };
const POLICY = 'admissionregistration.k8s.io/v1';
const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';

const MANAGED = 'what bears the label testbed.io/managed belongs to the platform';
const KEYS = 'are set by the platform only';
/** Where two rails refuse the same call, the server names either. */
const ANY_RAIL = 'denied request: ';
const railFor = (kind: string): string => (kind === 'RoleBinding' ? ANY_RAIL : MANAGED);

let admin: KubernetesClient;
let mallory: KubernetesClient;
let testbed: AppliedTestbed;
const preview = `preview-${run}`;
const home = `mallory-${run}`;
const installed: KubernetesObject[] = [];

beforeAll(async () => {
  admin = createClient(testSurroundings().connection);
  testbed = await applyTestbed(admin, admittedSpec({ database: { engine: 'postgresql', version: 15 } }), OURS);
  // As the shared stack labels them; its rules judge this one too, where they are installed.
  const standing = {
    'testbed.io/managed': 'true',
    'testbed.io/role': 'preview',
    'testbed.io/grade': 'open',
    ...podSecurityLabels(),
    ...OURS,
  };
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: preview, labels: standing } });
  mallory = await clusterAdmin();
  await eventually('the pod database-0', () =>
    admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: testbed.id, name: 'database-0' }),
  );
  await install(await userOf(admin));
});

afterAll(async () => {
  for (const { apiVersion, kind, metadata } of installed.toReversed())
    await admin.delete({ apiVersion, kind, name: metadata.name });
  for (const name of [preview, home]) await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name });
  await testbed.end();
  await Promise.all([admin.close(), mallory.close()]);
});

async function clusterAdmin(): Promise<KubernetesClient> {
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } });
  await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mallory', namespace: home } });
  const binding: KubernetesObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: home },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'mallory', namespace: home }],
  };
  installed.push(await admin.create(binding));
  const { token } = await requestToken(admin, { namespace: home, serviceAccount: 'mallory', expirationSeconds: 3600 });
  return createClient({ ...admin.connection, credential: { kind: 'token', token } });
}

async function userOf(client: KubernetesClient): Promise<string> {
  const { body } = await client.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return stringAt(fieldsAt(fieldsAt(body, 'status'), 'userInfo'), 'username') ?? '';
}

/** Binds each rail to namespaces of this test: by their label for what is in them and for themselves, by name for one cluster role. */
async function install(exempt: string): Promise<void> {
  const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'] };
  for (const { policy, binding } of guardRails({ admins: [exempt] })) {
    const name = `${policy.metadata.name}-${run}`;
    installed.push(await admin.create({ ...policy, metadata: { name } }));
    installed.push(
      await admin.create({
        ...binding,
        metadata: { name },
        spec: {
          ...binding.spec,
          policyName: name,
          matchResources: {
            namespaceSelector: { matchLabels: OURS },
            resourceRules: [
              { ...everything, resources: ['*/*'], scope: 'Namespaced' },
              { ...everything, resources: ['namespaces', 'namespaces/*'], scope: '*' },
            ],
          },
        },
      }),
    );
  }
  // The last rail installed is the last that the server takes up, by and large; each is asked for.
  const probes: [string, Promise<unknown> | (() => Promise<unknown>)][] = [
    [MANAGED, () => mallory.mergePatch(reference('ResourceQuota', 'quota'), touched, { dryRun: true })],
    ['kubernetes.io/service-account-token', () => mallory.create(tokenSecret(), { dryRun: true })],
    [KEYS, () => mallory.create(strangersNamespace('testbed.io/testbed'), { dryRun: true })],
    ['no workload runs where', () => mallory.create(pod({}, testbed.access), { dryRun: true })],
  ];
  for (const [words, attempt] of probes)
    await eventually(`the rail "${words}" in force`, async () =>
      (await answerOf(typeof attempt === 'function' ? attempt() : attempt)).includes(words) ? true : undefined,
    );
}

const touched: JsonObject = { metadata: { labels: { touched: 'yes' } } };
const reference = (kind: string, name: string, apiVersion = 'v1') => ({
  apiVersion,
  kind,
  namespace: testbed.id,
  name,
});

function own(
  kind: string,
  rest: JsonObject = {},
  metadata: Record<string, unknown> = {},
  apiVersion = 'v1',
): KubernetesObject {
  return { apiVersion, kind, metadata: { name: 'mine', namespace: testbed.id, ...metadata }, ...rest };
}

function podSpec(rest: JsonObject = {}): JsonObject {
  return {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: 'docker.io/library/app:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        resources: { requests: { cpu: '25m', memory: '64Mi' }, limits: { cpu: '50m', memory: '64Mi' } },
      },
    ],
    ...rest,
  };
}

const pod = (rest: JsonObject = {}, namespace = testbed.id) => own('Pod', { spec: podSpec(rest) }, { namespace });
const tokenSecret = () =>
  own(
    'Secret',
    { type: 'kubernetes.io/service-account-token' },
    { annotations: { 'kubernetes.io/service-account.name': 'default' } },
  );
const strangersNamespace = (label: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: `stranger-${run}`, labels: { [label]: 'x', ...OURS } },
});

function deployment(labels: Record<string, string>, spec = podSpec()): KubernetesObject {
  const template = { metadata: { labels: { app: 'mine', ...labels } }, spec };
  return own('Deployment', { spec: { selector: { matchLabels: { app: 'mine' } }, template } }, {}, 'apps/v1');
}

function volumeOf(claimName: string): JsonObject {
  return { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] };
}

const job = (metadata: JsonObject, spec = podSpec({ restartPolicy: 'Never' })): JsonObject => ({
  template: { metadata, spec },
});
const labelled = { labels: { 'testbed.io/component': 'database' } };

describe('what we manage', () => {
  const objects: [string, string, string][] = [
    ['ResourceQuota', 'quota', 'v1'],
    ['LimitRange', 'limits', 'v1'],
    ['NetworkPolicy', 'default-deny', 'networking.k8s.io/v1'],
    ['RoleBinding', 'testbed-developer', 'rbac.authorization.k8s.io/v1'],
    ['ServiceAccount', 'default', 'v1'],
    ['Secret', 'database-app', 'v1'],
    ['ConfigMap', 'database', 'v1'],
    ['Service', 'database', 'v1'],
    ['StatefulSet', 'database', 'apps/v1'],
    ['Pod', 'database-0', 'v1'],
    ['PersistentVolumeClaim', 'data-database-0', 'v1'],
  ];

  it.each(objects)('%s %s is not changed, by force, in part, for real or on trial', async (kind, name, apiVersion) => {
    const resource = await mallory.resource(apiVersion, kind);
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const path = `${root}/namespaces/${testbed.id}/${resource?.name}/${name}`;
    const body = { apiVersion, kind, metadata: { name, labels: { mine: 'yes' } } };
    for (const dryRun of ['', '&dryRun=All']) {
      const forced = `${path}?force=true&fieldManager=mallory${dryRun}`;
      const words = ['RoleBinding', 'Pod', 'StatefulSet'].includes(kind) ? ANY_RAIL : MANAGED;
      expect(await answerOf(mallory.raw('PATCH', forced, { body, contentType: APPLY }))).toContain(words);
      const unmarked = { metadata: { labels: { 'testbed.io/managed': null } } };
      const patched = `${path}?fieldManager=mallory${dryRun}`;
      expect(await answerOf(mallory.raw('PATCH', patched, { body: unmarked, contentType: MERGE }))).toContain(ANY_RAIL);
    }
  });

  it.each(objects)('%s %s is not ended, alone or in a sweep', async (kind, name, apiVersion) => {
    const at = reference(kind, name, apiVersion);
    expect(await answerOf(mallory.delete(at))).toContain(railFor(kind));
    expect(await answerOf(mallory.delete(at, { dryRun: true }))).toContain(railFor(kind));
    const resource = await mallory.resource(apiVersion, kind);
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const sweep = `${root}/namespaces/${testbed.id}/${resource?.name}?labelSelector=testbed.io%2Fmanaged%3Dtrue`;
    // A sweep of nothing would be accepted: where the resource has no collection to end, the server says so.
    expect(await answerOf(mallory.raw('DELETE', sweep))).toMatch(new RegExp(`${railFor(kind)}|not allowed`));
    expect(await admin.get(at)).toBeDefined();
  });

  it('is not made by others', async () => {
    const made = own('ConfigMap', {}, { labels: { 'testbed.io/managed': 'true' } });
    expect(await answerOf(mallory.create(made, { dryRun: true }))).toContain(ANY_RAIL);
  });

  it('includes the namespace: its labels, its judge and its end', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: testbed.id };
    const weaker = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } };
    expect(await answerOf(mallory.mergePatch(namespace, touched, { dryRun: true }))).toContain(MANAGED);
    expect(await answerOf(mallory.mergePatch(namespace, weaker, { dryRun: true }))).toContain(ANY_RAIL);
    expect(await answerOf(mallory.delete(namespace))).toContain(MANAGED);
  });

  it('stays within reach of those that are exempt by name', async () => {
    expect(await answerOf(admin.mergePatch(reference('ConfigMap', 'database'), touched, { dryRun: true }))).toBe(
      'accepted',
    );
  });
});

describe('objects of one’s own', () => {
  it('are made, changed and ended as ever, and their controllers go on', async () => {
    await mallory.create(deployment({ tier: 'web' }));
    const made = await eventually('a pod of the deployment', async () => {
      for await (const one of mallory.list('v1', 'Pod', { namespace: testbed.id, labelSelector: 'app=mine' }))
        return one;
      return undefined;
    });
    expect(made.metadata.labels).toMatchObject({ tier: 'web' });
    await mallory.mergePatch(reference('Deployment', 'mine', 'apps/v1'), touched);
    expect(await mallory.delete(reference('Deployment', 'mine', 'apps/v1'))).toBe('accepted');
  });

  it('may be labelled and annotated in other words', async () => {
    const words = { labels: { 'app.kubernetes.io/name': 'x' }, annotations: { 'example.com/note': 'y' } };
    expect(await answerOf(mallory.create(own('ConfigMap', {}, words), { dryRun: true }))).toBe('accepted');
  });

  const refusals: [string, () => KubernetesObject, string][] = [
    ['bear a label of ours', () => own('ConfigMap', {}, labelled), KEYS],
    ['bear an annotation of ours', () => own('ConfigMap', {}, { annotations: { 'testbed.io/urn': 'u' } }), KEYS],
    [
      'bear a label that Pod Security reads',
      () => own('ConfigMap', {}, { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } }),
      KEYS,
    ],
    ['make pods with a label of ours', () => deployment({ 'testbed.io/managed': 'true' }), KEYS],
    ['make jobs with a label of ours', () => own('Job', { spec: job(labelled) }, {}, 'batch/v1'), KEYS],
    [
      'make scheduled jobs with a label of ours',
      () =>
        own(
          'CronJob',
          { spec: { schedule: '0 3 * * *', jobTemplate: { metadata: labelled, spec: job({}) } } },
          {},
          'batch/v1',
        ),
      KEYS,
    ],
    [
      'make pods of scheduled jobs with a label of ours',
      () => own('CronJob', { spec: { schedule: '0 3 * * *', jobTemplate: { spec: job(labelled) } } }, {}, 'batch/v1'),
      KEYS,
    ],
    [
      'make claims with a label of ours',
      () =>
        own(
          'StatefulSet',
          {
            spec: {
              serviceName: 'mine',
              selector: { matchLabels: { app: 'mine' } },
              template: { metadata: { labels: { app: 'mine' } }, spec: podSpec() },
              volumeClaimTemplates: [
                {
                  metadata: { name: 'data', ...labelled },
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              ],
            },
          },
          {},
          'apps/v1',
        ),
      KEYS,
    ],
    [
      'make claims of one pod with a label of ours',
      () =>
        pod({
          volumes: [
            {
              name: 'scratch',
              ephemeral: {
                volumeClaimTemplate: {
                  metadata: labelled,
                  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
                },
              },
            },
          ],
        }),
      KEYS,
    ],
    ['wear the account of our workload', () => pod({ serviceAccountName: 'database' }), "service account 'default'"],
    [
      'wear it through a template',
      () => deployment({}, podSpec({ serviceAccountName: 'database' })),
      "service account 'default'",
    ],
    ['mount the volume of our workload', () => pod(volumeOf('data-database-0')), 'neither mounted nor copied'],
    [
      'mount it through a template',
      () => deployment({}, podSpec(volumeOf('data-database-0'))),
      'neither mounted nor copied',
    ],
    [
      'copy the volume of our workload',
      () =>
        own('PersistentVolumeClaim', {
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
            dataSource: { kind: 'PersistentVolumeClaim', name: 'data-database-0' },
          },
        }),
      'neither mounted nor copied',
    ],
    ['be a token without an end', tokenSecret, 'kubernetes.io/service-account-token'],
    ['hold up the end', () => own('ConfigMap', {}, { finalizers: ['example.com/never'] }), 'finalizer'],
    [
      'give rights',
      () =>
        own(
          'RoleBinding',
          { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [] },
          {},
          'rbac.authorization.k8s.io/v1',
        ),
      'decided by the platform only',
    ],
    ['be a role', () => own('Role', { rules: [] }, {}, 'rbac.authorization.k8s.io/v1'), 'decided by the platform only'],
  ];

  it.each(refusals)('may not %s', async (_, object, words) => {
    expect(await answerOf(mallory.create(object(), { dryRun: true }))).toContain(words);
  });

  it('keep claims with the finalizer that the server sets, and volumes of their own', async () => {
    const claim = own('PersistentVolumeClaim', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    expect(await answerOf(mallory.create(claim, { dryRun: true }))).toBe('accepted');
    expect(await answerOf(mallory.create(pod(volumeOf('mine')), { dryRun: true }))).toBe('accepted');
  });

  it('open no shell in our pod and get no token of our account', async () => {
    const place = `/api/v1/namespaces/${testbed.id}`;
    for (const way of ['exec?command=sh', 'attach'])
      expect(await answerOf(mallory.raw('POST', `${place}/pods/database-0/${way}`))).toContain('no shell');
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const accounts = [
      `${place}/serviceaccounts/database`,
      `/api/v1/namespaces/${testbed.access}/serviceaccounts/default`,
    ];
    for (const account of accounts)
      expect(await answerOf(mallory.raw('POST', `${account}/token`, { body }))).toContain('given out by the platform');
  });
});

describe('namespaces', () => {
  it('are all that the rails judge: what has none is left to the administrators of the cluster', async () => {
    // By the rails as the shared stack installs them; those of this test are bound to namespaces alone.
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: home, finalizers: ['example.com/own'] },
      rules: [],
    };
    expect(await answerOf(mallory.create(role, { dryRun: true }))).toBe('accepted');
  });

  it.each(['testbed.io/testbed', 'testbed.io/role', 'testbed.io/grade'])(
    'of others do not get the label %s',
    async (label) => {
      expect(await answerOf(mallory.create(strangersNamespace(label), { dryRun: true }))).toContain(KEYS);
    },
  );

  it('of others are labelled in other words, Pod Security’s included', async () => {
    const free = strangersNamespace('pod-security.kubernetes.io/enforce');
    const labels = { ...OURS, 'pod-security.kubernetes.io/enforce': 'baseline' };
    const made = { ...free, metadata: { ...free.metadata, labels } };
    expect(await answerOf(mallory.create(made, { dryRun: true }))).toBe('accepted');
  });

  it('for identities run nothing, whoever asks', async () => {
    for (const client of [mallory, admin])
      expect(await answerOf(client.create(pod({}, testbed.access), { dryRun: true }))).toContain('no workload runs');
  });

  it('for previews run nothing, whoever asks, and try everything', async () => {
    for (const client of [mallory, admin]) {
      expect(await answerOf(client.create(pod({}, preview)))).toContain('only tried here');
      expect(await answerOf(client.create(pod({}, preview), { dryRun: true }))).toBe('accepted');
    }
  });
});

describe('a testbed under the guard rails', () => {
  it('still ends with all that is in it: the controllers that take it down are let through', async () => {
    const ending = await applyTestbed(admin, admittedSpec({ database: { engine: 'postgresql', version: 15 } }), OURS);
    await eventually('the pod database-0', () =>
      admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: ending.id, name: 'database-0' }),
    );
    await ending.end();
    const gone = await eventually('the end of the namespace', async () => {
      const left = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: ending.id });
      return left === undefined ? true : undefined;
    });
    expect(gone).toBe(true);
  });
});

describe('the policies', () => {
  it('compile: the API server finds no fault in any expression', async () => {
    for (const { metadata, kind } of installed.filter((one) => one.kind === 'ValidatingAdmissionPolicy')) {
      const checked = await eventually(`type checking of ${metadata.name}`, async () => {
        const live = await admin.get({ apiVersion: POLICY, kind, name: metadata.name });
        return fieldsAt(live?.['status'], 'typeChecking') === undefined ? undefined : live;
      });
      expect(listAt(fieldsAt(checked['status'], 'typeChecking'), 'expressionWarnings') ?? []).toEqual([]);
    }
  });
});
