// Against the real API server and its controllers, which have no nodes: what needs a kubelet (pods at work, attached volumes) is in the tables of
// test/kubernetes/readiness.test.ts. Address ranges, nodes and groups of kinds are not made here, because other tests share the cluster.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsAt, listAt, numberAt, stringAt } from '../../../kubernetes/json';
import { readiness } from '../../../kubernetes/readiness';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { issueCertificateRequest, someCertificate } from './support/certificate-request';
import { failureOf, randomName, ServedProvider, type Kept } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';
import { podSpec, workloadSpec } from './support/workloads';

const namespace = randomName('pv');
const global = randomName('pv-global');
/** The autoscaler's controller looks every 15 s. */
const LONG_MS = 60_000;

const metadata = (name: string): JsonObject => ({ name, namespace });
const none = (name: string, more: JsonObject = {}): JsonObject => ({
  ...workloadSpec(name, podSpec({}, {})),
  replicas: 0,
  ...more,
});
const condition = (state: JsonObject, type: string): unknown =>
  stringAt(
    listAt(state, 'status', 'conditions').find((one) => stringAt(one, 'type') === type),
    'status',
  );
const observed = (state: JsonObject): boolean => numberAt(state['status'], 'observedGeneration') !== undefined;
const pod = podSpec({}, { restartPolicy: 'Never' });

interface Case {
  readonly type: string;
  readonly inputs: JsonObject;
  /** What the state of a ready one shows, which the answer to the write did not. */
  readonly shows: (state: JsonObject) => unknown;
  readonly shown: unknown;
}

const CASES: Readonly<Record<string, Case>> = {
  ResourceQuota: {
    type: 'kubernetes:core/v1:ResourceQuota',
    inputs: { metadata: metadata('quota'), spec: { hard: { 'count/leases.coordination.k8s.io': '5000' } } },
    shows: (state) => fieldsAt(state, 'status', 'hard'),
    shown: { 'count/leases.coordination.k8s.io': '5k' },
  },
  Deployment: {
    type: 'kubernetes:apps/v1:Deployment',
    inputs: { metadata: metadata('deployment'), spec: none('deployment') },
    shows: observed,
    shown: true,
  },
  StatefulSet: {
    type: 'kubernetes:apps/v1:StatefulSet',
    inputs: { metadata: metadata('stateful'), spec: none('stateful', { serviceName: 'stateful' }) },
    shows: observed,
    shown: true,
  },
  ReplicaSet: {
    type: 'kubernetes:apps/v1:ReplicaSet',
    inputs: { metadata: metadata('replicas'), spec: none('replicas') },
    shows: observed,
    shown: true,
  },
  DaemonSet: {
    type: 'kubernetes:apps/v1:DaemonSet',
    inputs: {
      metadata: metadata('daemon'),
      spec: workloadSpec('daemon', podSpec({}, { nodeSelector: { 'example.test/no': 'node' } })),
    },
    shows: observed,
    shown: true,
  },
  ReplicationController: {
    type: 'kubernetes:core/v1:ReplicationController',
    inputs: {
      metadata: metadata('controller'),
      spec: { ...none('controller'), selector: { app: 'controller' } },
    },
    shows: observed,
    shown: true,
  },
  Job: {
    type: 'kubernetes:batch/v1:Job',
    inputs: { metadata: metadata('job'), spec: { completions: 0, template: { spec: pod } } },
    shows: (state) => condition(state, 'Complete'),
    shown: 'True',
  },
  'Job, suspended': {
    type: 'kubernetes:batch/v1:Job',
    inputs: { metadata: metadata('suspended'), spec: { suspend: true, template: { spec: pod } } },
    shows: (state) => fieldsAt(state, 'spec')['suspend'],
    shown: true,
  },
  CronJob: {
    type: 'kubernetes:batch/v1:CronJob',
    inputs: {
      metadata: metadata('cron'),
      spec: { schedule: '0 0 30 2 *', jobTemplate: { spec: { template: { spec: pod } } } },
    },
    shows: (state) => stringAt(state['spec'], 'schedule'),
    shown: '0 0 30 2 *',
  },
  PodDisruptionBudget: {
    type: 'kubernetes:policy/v1:PodDisruptionBudget',
    inputs: { metadata: metadata('budget'), spec: { minAvailable: 1, selector: { matchLabels: { app: 'none' } } } },
    shows: observed,
    shown: true,
  },
  PersistentVolume: {
    type: 'kubernetes:core/v1:PersistentVolume',
    inputs: {
      metadata: { name: global },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/nowhere' },
        claimRef: { name: 'claim', namespace },
        storageClassName: '',
      },
    },
    shows: (state) => stringAt(state['status'], 'phase'),
    shown: 'Available',
  },
  PersistentVolumeClaim: {
    type: 'kubernetes:core/v1:PersistentVolumeClaim',
    inputs: {
      metadata: metadata('claim'),
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: '',
        volumeName: global,
        resources: { requests: { storage: '1Gi' } },
      },
    },
    shows: (state) => stringAt(state['status'], 'phase'),
    shown: 'Bound',
  },
  FlowSchema: {
    type: 'kubernetes:flowcontrol.apiserver.k8s.io/v1:FlowSchema',
    inputs: {
      metadata: { name: global },
      spec: { priorityLevelConfiguration: { name: 'catch-all' }, matchingPrecedence: 9999 },
    },
    shows: (state) => condition(state, 'Dangling'),
    shown: 'False',
  },
  Ingress: {
    type: 'kubernetes:networking.k8s.io/v1:Ingress',
    inputs: {
      metadata: metadata('ingress'),
      spec: { defaultBackend: { service: { name: 'none', port: { number: 80 } } } },
    },
    shows: (state) => fieldsAt(state, 'status', 'loadBalancer'),
    shown: {},
  },
};

const LACKING: readonly (readonly [string, string, JsonObject, RegExp])[] = [
  [
    'a load balancer',
    'kubernetes:core/v1:Service',
    { metadata: metadata('balancer'), spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } },
    /no load balancer has been given to it yet/,
  ],
  [
    'a flow schema without its level',
    'kubernetes:flowcontrol.apiserver.k8s.io/v1:FlowSchema',
    {
      metadata: { name: `${global}-away` },
      spec: { priorityLevelConfiguration: { name: `${global}-away` }, matchingPrecedence: 9998 },
    },
    /its priority level does not exist: NotFound/,
  ],
  [
    'a claim that nothing provides for',
    'kubernetes:core/v1:PersistentVolumeClaim',
    {
      metadata: metadata('unbound'),
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } },
    },
    /no persistent volumes available|the claim is not bound to a volume yet/,
  ],
  [
    'an attachment that nobody makes',
    'kubernetes:storage.k8s.io/v1:VolumeAttachment',
    {
      metadata: { name: `${global}-away` },
      spec: { attacher: 'example.test', nodeName: 'none', source: { persistentVolumeName: 'none' } },
    },
    /the volume is not attached to its node yet/,
  ],
  [
    'a job whose pods are refused',
    'kubernetes:batch/v1:Job',
    {
      metadata: metadata('refused'),
      spec: { template: { spec: { ...pod, serviceAccountName: 'nobody-made-it' } } },
    },
    /its pods may not be created: FailedCreate: .*serviceaccount "nobody-made-it" not found/,
  ],
];

describe('readiness on a real control plane', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;
  const made: Kept[] = [];
  // Begun before all else, because it takes long.
  let scaler: Promise<Kept>;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
    await make('kubernetes:apps/v1:Deployment', 'scaled', { metadata: metadata('scaled'), spec: none('scaled') });
    scaler = make('kubernetes:autoscaling/v2:HorizontalPodAutoscaler', 'scaler', {
      metadata: { ...metadata('scaler'), annotations: { 'pulumi.com/timeoutSeconds': '50' } },
      spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' } },
    });
  });
  afterAll(async () => {
    await scaler.catch(() => undefined);
    for (const kept of made.toReversed()) await provider.delete(kept);
    await place.end();
  }, LONG_MS);

  const make = async (type: string, name: string, inputs: JsonObject): Promise<Kept> => {
    const kept = await provider.create(type, name, inputs);
    made.push(kept);
    return kept;
  };

  // In the order of the table: a claim is bound to the volume before it.
  it('comes for every kind that needs no node', { timeout: LONG_MS }, async () => {
    for (const [name, { type, inputs, shows, shown }] of Object.entries(CASES)) {
      const { state } = await make(type, name, inputs);
      expect([name, shows(state.value)]).toEqual([name, shown]);
    }
  });

  it.each([
    ['apiregistration.k8s.io/v1', 'APIService', 'v1.apps'],
    ['networking.k8s.io/v1', 'ServiceCIDR', 'kubernetes'],
    ['flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'catch-all'],
    ['v1', 'Namespace', 'kube-system'],
  ])('is that of what the control plane has made for itself: %s %s', async (apiVersion, kind, name) => {
    const live = await client.get({ apiVersion, kind, name });
    expect(live === undefined ? 'missing' : readiness(live)).toEqual({ state: 'ready' });
  });

  it('of an autoscaler comes once its controller has found what it scales', { timeout: LONG_MS }, async () => {
    const { state } = await scaler;
    expect(condition(state.value, 'AbleToScale')).toBe('True');
  });

  it.each([
    ['comes with the certificate', 'Approved', /^issued$/],
    ['fails when it is denied', 'Denied', /the request was denied: Test: by the test/],
  ])('of a signing request %s', async (_, verdict, outcome) => {
    const name = `${global}-${verdict.toLowerCase()}`;
    const reference = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', name };
    const spec = { request: issueCertificateRequest(name), signerName: 'example.test/nobody', usages: ['client auth'] };
    let decide = (): void => undefined;
    const asked = new Promise<void>((resolve) => (decide = resolve));
    const told = await ServedProvider.start(client, { onStatus: () => decide() });
    const type = 'kubernetes:certificates.k8s.io/v1:CertificateSigningRequest';
    const creation = told.create(type, name, { metadata: { name }, spec }).then(
      ({ state }) => (stringAt(state.value['status'], 'certificate') === undefined ? 'nothing' : 'issued'),
      (error: unknown) => String(error),
    );
    await asked;
    // The test is approver and signer; no real signer is shown by this.
    const conditions = [{ type: verdict, status: 'True', reason: 'Test', message: 'by the test' }];
    await client.mergePatch(reference, { status: { conditions } }, { subresource: 'approval' });
    const issued = verdict === 'Approved' ? { certificate: someCertificate() } : {};
    await client.mergePatch(reference, { status: issued }, { subresource: 'status' });
    expect(await creation).toMatch(outcome);
    await client.delete(reference);
    told.stop();
  });

  it('does not come for what lacks something, and says what', { timeout: LONG_MS }, async () => {
    const quick = await ServedProvider.start(client, { readinessTimeoutSeconds: 2, stack: provider.stack });
    const judge = async ([name, type, inputs, words]: (typeof LACKING)[number]): Promise<void> => {
      const failure = await failureOf(quick.create(type, name, inputs));
      expect([name, failure.error?.code]).toEqual([name, 'NotReady']);
      expect([failure.error?.text.en, ...(failure.error?.details ?? []).map(({ en }) => en)].join('\n')).toMatch(words);
      expect(failure.error?.text.ko).toMatch(/[가-힣]/);
      const again = await quick.create(type, name, {
        ...inputs,
        metadata: { ...fields(inputs['metadata']), annotations: { 'pulumi.com/skipAwait': 'true' } },
      });
      await provider.delete(again);
    };
    await Promise.all(LACKING.map(judge));
    quick.stop();
  });

  it('of a claim is not waited for where it is bound only when a pod uses it', async () => {
    const name = `${global}-late`;
    await make('kubernetes:storage.k8s.io/v1:StorageClass', 'late', {
      metadata: { name },
      provisioner: 'example.test/none',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    const { state } = await make('kubernetes:core/v1:PersistentVolumeClaim', 'late', {
      metadata: metadata('late'),
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: name, resources: { requests: { storage: '1Gi' } } },
    });
    expect(stringAt(state.value['status'], 'phase')).toBe('Pending');
  });

  it(
    'of workloads whose pods a rule of the namespace refuses is told in the words of the rule',
    { timeout: LONG_MS },
    async () => {
      const strict = randomName('pv-strict');
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
      await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: strict, labels } });
      const quick = await ServedProvider.start(client, { readinessTimeoutSeconds: 3 });
      const refused = async (type: string, name: string, spec: JsonObject): Promise<void> => {
        const failure = await failureOf(quick.create(type, name, { metadata: { name, namespace: strict }, spec }));
        expect([name, failure.error?.text.en]).toEqual([
          name,
          expect.stringMatching(/its pods may not be created: .*violates PodSecurity "restricted:latest"/),
        ]);
        expect(failure.error?.text.ko).toContain('파드를 만들 수 없습니다: ');
      };
      await Promise.all([
        refused('kubernetes:apps/v1:Deployment', 'deployment', workloadSpec('deployment')),
        refused(
          'kubernetes:apps/v1:StatefulSet',
          'stateful',
          workloadSpec('stateful', podSpec(), { serviceName: 'a' }),
        ),
        refused('kubernetes:batch/v1:Job', 'job', { template: { spec: pod } }),
      ]);
      quick.stop();
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: strict });
    },
  );
});

function fields(value: unknown): JsonObject {
  return { ...(fieldsAt(value) as JsonObject) };
}
