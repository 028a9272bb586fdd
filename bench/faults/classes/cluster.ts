import type { KubernetesObject } from '../../../kubernetes/types';
import { drift } from '../../../operations/drift';
import { everything, isOperation } from '../contents';
import { inTurn, objectOf, under, until, type FaultBench, type FaultClass } from './class';

/** A token that was accepted is remembered so long by the API server, in milliseconds. */
const REMEMBERED_MS = 11_000;
const SETTLES_MS = 2500;
const FIRST_SECRET = /^PATCH .*\/namespaces\/tb-[^/]+\/secrets\//;
const FIRST_OBJECT = /^PATCH .*\/namespaces\/tb-/;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What others do to the cluster while a command works. */
export const CLUSTER: readonly FaultClass[] = [
  {
    id: 'F13',
    fault: 'a quota that is used up in the middle',
    expected: 'the object and the quota are named; with room the re-run finishes',
    cause: (bench) => {
      const { admin } = bench.place;
      // A testbed may hold no further quota: its own becomes narrower.
      const quota = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'quota' };
      const secrets = (namespace: string, count: string | null): Promise<unknown> =>
        admin.mergePatch(
          { ...quota, namespace },
          { spec: { hard: { 'count/secrets': count } } },
          { fieldManager: 'fault' },
        );
      return under(bench, {
        flow: 'up',
        at: {
          write: FIRST_SECRET,
          side: 'before',
          meanwhile: async (namespace) => {
            await secrets(namespace, '0');
            await until('the quota counts', async () => {
              const status = (await admin.get({ ...quota, namespace }))?.['status'];
              return JSON.stringify(status ?? {}).includes('count/secrets');
            });
          },
        },
        lift: async (namespace) => void (await secrets(namespace, null)),
        codes: [1],
        says: /Secret.*(?:quota|할당량)/is,
      });
    },
  },
  {
    id: 'F14',
    fault: 'an admission policy that comes into force in the middle and refuses',
    expected: 'the object and the words of the policy are told; without it the re-run finishes',
    cause: latePolicy,
  },
  {
    id: 'F15',
    fault: 'an admission webhook that nobody answers for, failurePolicy Fail',
    expected: 'the object and the webhook are named; without it the re-run finishes',
    cause: deadWebhook,
  },
  {
    id: 'F16',
    fault: 'an aggregated API that leads nowhere: discovery is incomplete, namespaces do not end',
    expected:
      'an update goes on; a `down` waits within its bound and names what holds the namespace; the re-run finishes',
    cause: nowhere,
  },
  {
    id: 'F18',
    fault: 'the namespace is Terminating when it is wanted again',
    expected: 'told; once it is gone `drift --repair` makes everything anew',
    cause: reused,
  },
  {
    id: 'F19',
    fault: 'objects ended and labels taken away behind our back',
    expected: '`drift --repair` brings them back; `up` compares with what it made, not with what is there',
    cause: behindOurBack,
  },
  {
    id: 'F20',
    fault: 'the credential ends in the middle (401)',
    expected: 'told, nothing more is changed; the re-run finishes',
    cause: (bench) =>
      under(bench, {
        flow: 'up',
        at: {
          write: FIRST_OBJECT,
          side: 'before',
          meanwhile: async () => {
            const { admin } = bench.place;
            for (const { kind, apiVersion, metadata } of (await everything(admin)).filter(isOperation))
              await admin.delete({
                apiVersion,
                kind,
                name: metadata.name,
                ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
              });
            await pause(REMEMBERED_MS);
          },
        },
        codes: [1],
        says: /401|unauthori[sz]ed|credential|claim/i,
      }),
  },
  {
    id: 'F21',
    fault: 'the provisioner loses its rights in the middle (403)',
    expected: 'the object is named; with the rights the re-run finishes',
    cause: async (bench) => {
      const { admin } = bench.place;
      const reference = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        name: 'testbed-provisioner',
      };
      const role = await admin.get(reference);
      if (role === undefined) throw new Error('there is no ClusterRole testbed-provisioner');
      const rules = (value: unknown): Promise<unknown> =>
        admin.raw('PATCH', '/apis/rbac.authorization.k8s.io/v1/clusterroles/testbed-provisioner', {
          body: [{ op: 'replace', path: '/rules', value: JSON.parse(JSON.stringify(value)) }],
          contentType: 'application/json-patch+json',
        });
      return under(bench, {
        flow: 'update',
        at: {
          write: /^(?:PATCH|POST|DELETE) .*(?:\/namespaces\/tb-|\/testbed-access\/)/,
          side: 'before',
          meanwhile: async () => {
            await rules([]);
            await pause(SETTLES_MS);
          },
        },
        lift: async () => {
          await rules(role['rules']);
          await pause(SETTLES_MS);
        },
        codes: [1],
        says: /forbidden|403|may not|right/i,
      });
    },
  },
];

const NETWORK_POLICY: KubernetesObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'fault-probe', namespace: 'default' },
  spec: { podSelector: {} },
};

/** Whether the API server would take it. */
async function isRefused({ place: { admin } }: FaultBench): Promise<boolean> {
  return admin.create(NETWORK_POLICY, { dryRun: true }).then(
    () => false,
    () => true,
  );
}

function latePolicy(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const name = 'fault-late-policy';
  const policy = { apiVersion, kind: 'ValidatingAdmissionPolicy', name };
  const binding = { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', name };
  return under(bench, {
    flow: 'up',
    at: {
      write: /^PATCH .*\/namespaces\/tb-[a-z0-9]+$/,
      side: 'after',
      meanwhile: async () => {
        await admin.create(
          objectOf(policy, {
            spec: {
              matchConstraints: {
                resourceRules: [
                  {
                    apiGroups: ['networking.k8s.io'],
                    apiVersions: ['v1'],
                    operations: ['CREATE', 'UPDATE'],
                    resources: ['networkpolicies'],
                  },
                ],
              },
              validations: [{ expression: 'false', message: 'this policy came late' }],
            },
          }),
        );
        await admin.create(objectOf(binding, { spec: { policyName: name, validationActions: ['Deny'] } }));
        await until('the policy is in force', () => isRefused(bench));
      },
    },
    lift: async () => {
      await admin.delete(binding);
      await admin.delete(policy);
      await until('the policy is out of force', async () => !(await isRefused(bench)));
    },
    codes: [1],
    says: /NetworkPolicy.*this policy came late/s,
  });
}

function deadWebhook(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const reference = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: 'fault-dead-webhook',
  };
  return under(bench, {
    flow: 'up',
    at: {
      write: /^PATCH .*\/namespaces\/tb-[a-z0-9]+$/,
      side: 'after',
      meanwhile: async () => {
        await admin.create(
          objectOf(reference, {
            webhooks: [
              {
                name: 'dead.fault.example',
                clientConfig: { url: 'https://127.0.0.1:1/' },
                failurePolicy: 'Fail',
                sideEffects: 'None',
                timeoutSeconds: 1,
                admissionReviewVersions: ['v1'],
                rules: [
                  {
                    apiGroups: ['networking.k8s.io'],
                    apiVersions: ['v1'],
                    operations: ['CREATE', 'UPDATE'],
                    resources: ['networkpolicies'],
                  },
                ],
              },
            ],
          }),
        );
        await until('the webhook is asked', () => isRefused(bench));
      },
    },
    lift: async () => {
      await admin.delete(reference);
      await until('the webhook is not asked any more', async () => !(await isRefused(bench)));
    },
    codes: [1],
    says: /NetworkPolicy.*dead\.fault\.example/s,
  });
}

async function nowhere(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const reference = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: 'v1.nowhere.fault.example' };
  const lead = async (): Promise<void> => {
    await admin.create(
      objectOf(reference, {
        spec: {
          group: 'nowhere.fault.example',
          version: 'v1',
          groupPriorityMinimum: 1000,
          versionPriority: 15,
          insecureSkipTLSVerify: true,
          service: { name: 'nowhere', namespace: 'default' },
        },
      }),
    );
    // The namespaces' controller asks for kinds every half minute at most.
    await pause(SETTLES_MS);
  };
  const end = async (): Promise<void> => void (await admin.delete(reference));
  const at = { write: 1, side: 'before', meanwhile: lead } as const;
  return inTurn({
    update: () => under(bench, { flow: 'update', at, lift: end, codes: [0] }),
    down: () => under(bench, { flow: 'down', at, lift: end, codes: [0, 1], says: /Discovery|nowhere|namespace/i }),
  });
}

/** What is gone comes again at once. */
async function repaired({ place: { surroundings, target }, flows: { name } }: FaultBench): Promise<void> {
  const { drifted } = await drift({ name, ...target, repair: true, now: true }, surroundings);
  if (drifted) throw new Error('something differs after the repair');
}

function reused(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const holder = { apiVersion: 'v1', kind: 'ConfigMap', name: 'fault-holder' };
  const isGone = (name: string) => async (): Promise<boolean> =>
    (await admin.get({ apiVersion: 'v1', kind: 'Namespace', name })) === undefined;
  return under(bench, {
    flow: 'update',
    at: {
      write: FIRST_OBJECT,
      side: 'before',
      meanwhile: async (namespace) => {
        await admin.create(objectOf({ ...holder, namespace }, {}, { finalizers: ['fault.example/hold'] }));
        await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
        await until(
          'it is Terminating',
          async () =>
            (await admin
              .get({ apiVersion: 'v1', kind: 'NetworkPolicy', name: 'default-deny', namespace })
              .catch(() => undefined)) === undefined,
        );
      },
    },
    lift: async (namespace) => {
      await admin.mergePatch({ ...holder, namespace }, { metadata: { finalizers: null } });
      await until('the namespace is gone', isGone(namespace));
      await repaired(bench);
    },
    codes: [1],
    says: /terminat|being ended|NotFound|not found|was deleted/i,
  });
}

async function behindOurBack(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  return under(bench, {
    flow: 'update',
    at: {
      write: FIRST_OBJECT,
      side: 'after',
      meanwhile: async (namespace) => {
        await admin.delete({
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          name: 'default-deny',
          namespace,
        });
        await admin.delete({ apiVersion: 'v1', kind: 'ServiceAccount', name: 'database', namespace });
      },
    },
    lift: () => repaired(bench),
    codes: [0, 1],
  });
}
