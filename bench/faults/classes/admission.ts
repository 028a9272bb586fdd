import type { KubernetesObject } from '../../../kubernetes/types';
import { objectOf, under, until, type FaultBench, type FaultClass } from './class';

const FIRST_SECRET = /^PATCH .*\/namespaces\/tb-[^/]+\/secrets\//;

/** What the API server is told to refuse while a command works. */
export const ADMISSION: readonly FaultClass[] = [
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
