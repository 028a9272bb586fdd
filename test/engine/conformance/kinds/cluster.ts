import type { JsonObject } from '../../../../kubernetes/types';
import type { KindCase } from './kind-case';

/** Rules that match nothing that anybody sends. */
const NOTHING = {
  apiGroups: ['nobody.example.test'],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['things'],
};

const webhooks = (name: string): JsonObject[] => [
  {
    name: `${name}.example.test`,
    clientConfig: { url: 'https://127.0.0.1:1/hook' },
    rules: [NOTHING],
    failurePolicy: 'Ignore',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 1,
  },
];

/** Kinds in no namespace. */
export const CLUSTER_WIDE: readonly KindCase[] = [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    scope: 'cluster',
    fields: () => ({}),
    replace: [],
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    scope: 'cluster',
    fields: () => ({
      spec: {
        capacity: { storage: '1024Mi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'no-such-class',
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: '/nowhere' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'example.test/a', operator: 'In', values: ['b'] }] }],
          },
        },
      },
    }),
    change: ['spec.persistentVolumeReclaimPolicy', 'Delete'],
    add: ['spec.mountOptions', ['ro']],
    list: ['spec.accessModes[1]', 'ReadOnlyMany'],
    replace: [
      ['spec.hostPath.path', '/elsewhere'],
      ['spec.volumeMode', 'Block'],
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    scope: 'cluster',
    fields: () => ({ rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }] }),
    change: ['rules[0].resources[0]', 'pods'],
    add: ['rules[0].resourceNames', ['one']],
    list: ['rules[1]', { nonResourceURLs: ['/version'], verbs: ['get'] }],
    replace: [],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    scope: 'cluster',
    fields: () => ({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'nobody', apiGroup: 'rbac.authorization.k8s.io' }],
    }),
    change: ['subjects[0].name', 'no-one'],
    drop: ['subjects', undefined],
    list: ['subjects[1]', { kind: 'Group', name: 'nobody', apiGroup: 'rbac.authorization.k8s.io' }],
    replace: [['roleRef.name', 'edit']],
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    scope: 'cluster',
    fields: () => ({
      spec: {
        matchConstraints: { resourceRules: [NOTHING] },
        validations: [{ expression: 'true', message: 'never' }],
        failurePolicy: 'Fail',
      },
    }),
    change: ['spec.validations[0].expression', '1 == 1'],
    add: ['spec.variables', [{ name: 'one', expression: '1' }]],
    drop: ['spec.validations[0].message', undefined],
    list: ['spec.validations[1]', { expression: '2 == 2' }],
    replace: [],
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    scope: 'cluster',
    fields: () => ({
      spec: {
        policyName: 'no-such-policy',
        validationActions: ['Audit'],
        matchResources: { namespaceSelector: { matchLabels: { 'example.test/none': 'none' } } },
      },
    }),
    change: ['spec.matchResources.namespaceSelector.matchLabels["example.test/none"]', 'other'],
    add: ['spec.matchResources.objectSelector', { matchLabels: { a: 'b' } }],
    drop: ['spec.matchResources', undefined],
    list: ['spec.validationActions[1]', 'Warn'],
    replace: [],
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    scope: 'cluster',
    fields: ({ name }) => ({ webhooks: webhooks(name) }),
    change: ['webhooks[0].timeoutSeconds', 2],
    add: ['webhooks[0].matchPolicy', 'Exact'],
    drop: ['webhooks[0].timeoutSeconds', undefined],
    list: ['webhooks[0].rules[0].resources[1]', 'others'],
    replace: [],
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    scope: 'cluster',
    fields: ({ name }) => ({ webhooks: webhooks(name) }),
    change: ['webhooks[0].timeoutSeconds', 2],
    add: ['webhooks[0].reinvocationPolicy', 'IfNeeded'],
    list: ['webhooks[0].rules[0].resources[1]', 'others'],
    replace: [],
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    scope: 'cluster',
    fields: () => ({ value: 7, description: 'one', preemptionPolicy: 'Never' }),
    change: ['description', 'two'],
    drop: ['description', undefined],
    replace: [
      ['value', 8],
      ['preemptionPolicy', 'PreemptLowerPriority'],
    ],
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    scope: 'cluster',
    fields: () => ({
      provisioner: 'example.test/none',
      parameters: { a: '1', b: '2' },
      allowVolumeExpansion: true,
      mountOptions: ['ro'],
    }),
    change: ['allowVolumeExpansion', false],
    add: ['allowedTopologies', [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }]],
    drop: ['allowVolumeExpansion', undefined],
    list: ['mountOptions[1]', 'sync'],
    replace: [
      ['parameters.a', '2'],
      ['parameters.b', undefined],
      ['provisioner', 'example.test/other'],
      ['reclaimPolicy', 'Retain'],
      ['volumeBindingMode', 'WaitForFirstConsumer'],
    ],
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    scope: 'cluster',
    fields: () => ({ driverName: 'none.example.test', parameters: { iops: '100' } }),
    replace: [
      ['driverName', 'other.example.test'],
      ['parameters.iops', '200'],
    ],
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    scope: 'cluster',
    fields: () => ({ spec: { attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: ['Ephemeral'] } }),
    change: ['spec.podInfoOnMount', false],
    add: ['spec.requiresRepublish', true],
    drop: ['spec.podInfoOnMount', undefined],
    replace: [
      ['spec.attachRequired', true],
      ['spec.volumeLifecycleModes', ['Persistent']],
    ],
  },
  {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    scope: 'cluster',
    fields: () => ({ handler: 'runc', overhead: { podFixed: { cpu: '250m', memory: '64Mi' } } }),
    change: ['overhead.podFixed.cpu', '0.3'],
    add: ['scheduling', { nodeSelector: { a: 'b' } }],
    drop: ['overhead', undefined],
    replace: [['handler', 'other']],
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    scope: 'cluster',
    fields: () => ({
      spec: { controller: 'example.test/none', parameters: { kind: 'Thing', name: 'one', scope: 'Cluster' } },
    }),
    change: ['spec.parameters.name', 'two'],
    add: ['spec.parameters.apiGroup', 'example.test'],
    drop: ['spec.parameters', undefined],
    replace: [['spec.controller', 'example.test/other']],
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    scope: 'cluster',
    fields: () => ({
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } },
    }),
    change: ['spec.limited.nominalConcurrencyShares', 0],
    add: ['spec.limited.borrowingLimitPercent', 0],
    drop: ['spec.limited.nominalConcurrencyShares', undefined],
    replace: [],
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    scope: 'cluster',
    fields: () => ({
      spec: {
        matchingPrecedence: 9000,
        priorityLevelConfiguration: { name: 'catch-all' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'nobody.example.test' } }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/nowhere'] }],
          },
        ],
      },
    }),
    change: ['spec.matchingPrecedence', 9001],
    add: ['spec.distinguisherMethod', { type: 'ByUser' }],
    list: ['spec.rules[0].nonResourceRules[0].nonResourceURLs[1]', '/elsewhere'],
    replace: [],
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    scope: 'cluster',
    fields: () => ({ spec: { selectors: [{ cel: { expression: 'device.driver == "none.example.test"' } }] } }),
    change: ['spec.selectors[0].cel.expression', 'device.driver == "other.example.test"'],
    list: ['spec.selectors[1]', { cel: { expression: 'true' } }],
    drop: ['spec.selectors', undefined],
    replace: [],
  },
];
