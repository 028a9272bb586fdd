import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { podSecurityLabels } from '../../../components';
import { createClient } from '../../../kubernetes/client';
import { fieldsAt, stringAt } from '../../../kubernetes/json';
import { requestToken } from '../../../kubernetes/token';
import type { JsonObject, KubernetesClient, KubernetesObject, ObjectReference } from '../../../kubernetes/types';
import { guardRails } from '../../../policies/guard-rails';
import { applyTestbed, type AppliedTestbed } from '../../support/applied-testbed';
import { testSurroundings } from '../../support/cluster';
import { answerOf, eventually } from '../../support/rejection';
import { admittedSpec } from '../../support/testbed-recording';

export const MANAGED = 'what bears the label testbed.io/managed belongs to the platform';
export const KEYS = 'are set by the platform only';
export const touched: JsonObject = { metadata: { labels: { touched: 'yes' } } };

/** A testbed on a real API server behind the guard rails, and somebody with every right that RBAC can give, so that nothing else refuses. */
export interface GuardRailed {
  readonly admin: KubernetesClient;
  readonly mallory: KubernetesClient;
  readonly testbed: AppliedTestbed;
  /** A standing namespace for previews. */
  readonly preview: string;
  /** Mallory's namespace, and the name of its binding. */
  readonly home: string;
  /** Label of the namespaces that the rails of this file are bound to. */
  readonly ours: Readonly<Record<string, string>>;
  readonly installed: readonly KubernetesObject[];
  reference(kind: string, name: string, apiVersion?: string): ObjectReference;
  /** An object of one's own in the testbed, called `mine`. */
  own(kind: string, rest?: JsonObject, metadata?: Record<string, unknown>, apiVersion?: string): KubernetesObject;
  pod(rest?: JsonObject, namespace?: string): KubernetesObject;
  deployment(labels: Record<string, string>, spec?: JsonObject): KubernetesObject;
  tokenSecret(): KubernetesObject;
  strangersNamespace(label: string): KubernetesObject;
}

/** For a test file: the rails are installed under names of its own and bound to its namespaces alone. */
export function onGuardRails(): () => GuardRailed {
  let opened: (GuardRailed & { end(): Promise<void> }) | undefined;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => opened?.end());
  return () => {
    if (opened === undefined) throw new Error('the guard rails are up in tests only');
    return opened;
  };
}

async function open(): Promise<GuardRailed & { end(): Promise<void> }> {
  const run = randomBytes(4).toString('hex');
  const ours = { 'guard-rails.test': run };
  const preview = `preview-${run}`;
  const home = `mallory-${run}`;
  const admin = createClient(testSurroundings().connection);
  const testbed = await applyTestbed(admin, admittedSpec({ database: { engine: 'postgresql', version: 15 } }), ours);
  // As the shared stack labels them; its rules judge this one too, where they are installed.
  const standing = {
    'testbed.io/managed': 'true',
    'testbed.io/role': 'preview',
    'testbed.io/grade': 'open',
    ...podSecurityLabels(),
    ...ours,
  };
  await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: preview, labels: standing } });
  const installed: KubernetesObject[] = [];
  const mallory = await clusterAdmin(admin, home, installed);
  await eventually('the pod database-0', () =>
    admin.get({ apiVersion: 'v1', kind: 'Pod', namespace: testbed.id, name: 'database-0' }),
  );
  const own: GuardRailed['own'] = (kind, rest = {}, metadata = {}, apiVersion = 'v1') => ({
    apiVersion,
    kind,
    metadata: { name: 'mine', namespace: testbed.id, ...metadata },
    ...rest,
  });
  const place: GuardRailed = {
    admin,
    mallory,
    testbed,
    preview,
    home,
    ours,
    installed,
    reference: (kind, name, apiVersion = 'v1') => ({ apiVersion, kind, namespace: testbed.id, name }),
    own,
    pod: (rest = {}, namespace = testbed.id) => own('Pod', { spec: podSpec(rest) }, { namespace }),
    deployment: (labels, spec = podSpec()) => {
      const template = { metadata: { labels: { app: 'mine', ...labels } }, spec };
      return own('Deployment', { spec: { selector: { matchLabels: { app: 'mine' } }, template } }, {}, 'apps/v1');
    },
    tokenSecret: () =>
      own(
        'Secret',
        { type: 'kubernetes.io/service-account-token' },
        { annotations: { 'kubernetes.io/service-account.name': 'default' } },
      ),
    strangersNamespace: (label) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `stranger-${run}`, labels: { [label]: 'x', ...ours } },
    }),
  };
  await install(place, installed, run);
  return {
    ...place,
    end: async () => {
      for (const { apiVersion, kind, metadata } of installed.toReversed())
        await admin.delete({ apiVersion, kind, name: metadata.name });
      for (const name of [preview, home]) await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name });
      await testbed.end();
      await Promise.all([admin.close(), mallory.close()]);
    },
  };
}

async function clusterAdmin(
  admin: KubernetesClient,
  home: string,
  installed: KubernetesObject[],
): Promise<KubernetesClient> {
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
async function install(place: GuardRailed, installed: KubernetesObject[], run: string): Promise<void> {
  const { admin, mallory } = place;
  const exempt = await userOf(admin);
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
            namespaceSelector: { matchLabels: place.ours },
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
    [MANAGED, () => mallory.mergePatch(place.reference('ResourceQuota', 'quota'), touched, { dryRun: true })],
    ['kubernetes.io/service-account-token', () => mallory.create(place.tokenSecret(), { dryRun: true })],
    [KEYS, () => mallory.create(place.strangersNamespace('testbed.io/testbed'), { dryRun: true })],
    ['no workload runs where', () => mallory.create(place.pod({}, place.testbed.access), { dryRun: true })],
  ];
  for (const [words, attempt] of probes)
    await eventually(`the rail "${words}" in force`, async () =>
      (await answerOf(typeof attempt === 'function' ? attempt() : attempt)).includes(words) ? true : undefined,
    );
}

/** The spec of a pod that every rail lets through. */
export function podSpec(rest: JsonObject = {}): JsonObject {
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
