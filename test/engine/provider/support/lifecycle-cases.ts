import type { JsonObject } from '../../../../kubernetes/types';
import { podSpec, workloadSpec } from './workloads';

const ANNOTATIONS = { 'pulumi.com/skipAwait': 'true' };

/** One object of each kind that testbeds are made of: what is created, a change to it, and the paths that the change shows. */
export interface LifecycleCase {
  readonly type: string;
  readonly inputs: JsonObject;
  readonly changed: JsonObject;
  readonly paths: Readonly<Record<string, string>>;
}

export interface CaseNames {
  readonly namespace: string;
  /** Of what lies in no namespace. */
  readonly global: string;
}

const pod = (image: string): JsonObject =>
  podSpec(
    {
      name: 'database',
      image,
      ports: [{ containerPort: 5432 }],
      resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: '1', memory: '2Gi' } },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
      readinessProbe: { exec: { command: ['true'] } },
    },
    { automountServiceAccountToken: false },
  );

const database = (image: string): JsonObject =>
  workloadSpec('database', pod(image), {
    serviceName: 'database',
    replicas: 1,
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
  });

/** By kind; `namespace` exists, the other names are free. */
export function lifecycleCases({ namespace, global }: CaseNames): Readonly<Record<string, LifecycleCase>> {
  const namespaced = (name: string, fields: JsonObject): JsonObject => ({
    metadata: { name, namespace, labels: { app: name }, annotations: ANNOTATIONS },
    ...fields,
  });
  return {
    ConfigMap: {
      type: 'kubernetes:core/v1:ConfigMap',
      inputs: namespaced('config', { data: { 'a.conf': 'x', b: 'y' } }),
      changed: namespaced('config', { data: { 'a.conf': 'z', c: 'w' } }),
      paths: { 'data["a.conf"]': 'UPDATE', 'data.b': 'DELETE', 'data.c': 'ADD' },
    },
    Secret: {
      type: 'kubernetes:core/v1:Secret',
      inputs: namespaced('secret', { type: 'Opaque', stringData: { password: 'canary-one' } }),
      changed: namespaced('secret', { type: 'Opaque', stringData: { password: 'canary-two' } }),
      paths: { 'data.password': 'UPDATE' },
    },
    Service: {
      type: 'kubernetes:core/v1:Service',
      inputs: namespaced('service', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } }),
      changed: namespaced('service', { spec: { selector: { app: 'x' }, ports: [{ port: 81 }] } }),
      paths: { 'spec.ports[0].port': 'UPDATE' },
    },
    NetworkPolicy: {
      type: 'kubernetes:networking.k8s.io/v1:NetworkPolicy',
      inputs: namespaced('deny', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } }),
      changed: namespaced('deny', {
        spec: {
          podSelector: {},
          policyTypes: ['Ingress', 'Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
        },
      }),
      paths: { 'spec.egress': 'ADD' },
    },
    ResourceQuota: {
      type: 'kubernetes:core/v1:ResourceQuota',
      inputs: namespaced('quota', {
        spec: { hard: { 'requests.cpu': '4000m', 'requests.memory': '8192Mi', pods: '30' } },
      }),
      changed: namespaced('quota', {
        spec: { hard: { 'requests.cpu': '5', 'requests.memory': '8192Mi', pods: '30' } },
      }),
      paths: { 'spec.hard["requests.cpu"]': 'UPDATE' },
    },
    LimitRange: {
      type: 'kubernetes:core/v1:LimitRange',
      inputs: namespaced('limits', { spec: { limits: [{ type: 'Container', max: { cpu: '2000m' } }] } }),
      changed: namespaced('limits', { spec: { limits: [{ type: 'Container', max: { cpu: '3' } }] } }),
      paths: { 'spec.limits[0].max.cpu': 'UPDATE' },
    },
    ServiceAccount: {
      type: 'kubernetes:core/v1:ServiceAccount',
      inputs: namespaced('account', { automountServiceAccountToken: false }),
      changed: namespaced('account', { automountServiceAccountToken: true }),
      paths: { automountServiceAccountToken: 'UPDATE' },
    },
    Role: {
      type: 'kubernetes:rbac.authorization.k8s.io/v1:Role',
      inputs: namespaced('role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
      changed: namespaced('role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] }),
      paths: { 'rules[0].verbs[1]': 'ADD' },
    },
    RoleBinding: {
      type: 'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding',
      inputs: namespaced('binding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'role' },
        subjects: [{ kind: 'ServiceAccount', name: 'account', namespace }],
      }),
      changed: namespaced('binding', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'role' },
        subjects: [],
      }),
      paths: { 'subjects[0]': 'DELETE' },
    },
    StatefulSet: {
      type: 'kubernetes:apps/v1:StatefulSet',
      inputs: namespaced('database', { spec: database('example.test/database:1') }),
      changed: namespaced('database', { spec: database('example.test/database:2') }),
      paths: { 'spec.template.spec.containers[0].image': 'UPDATE' },
    },
    Namespace: {
      type: 'kubernetes:core/v1:Namespace',
      inputs: { metadata: { name: global, labels: { tier: 'one' } } },
      changed: { metadata: { name: global, labels: { tier: 'two' } } },
      paths: { 'metadata.labels.tier': 'UPDATE' },
    },
    ClusterRole: {
      type: 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole',
      inputs: { metadata: { name: global }, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
      changed: { metadata: { name: global }, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }] },
      paths: { 'rules[0].verbs[0]': 'UPDATE' },
    },
    ValidatingAdmissionPolicy: {
      type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy',
      inputs: policy(global, 'true'),
      changed: policy(global, '1 == 1'),
      paths: { 'spec.validations[0].expression': 'UPDATE' },
    },
  };
}

function policy(name: string, expression: string): JsonObject {
  return {
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression }],
    },
  };
}
