import type { KubernetesObject } from '../../../kubernetes/types';
import { legalPod, object, workload } from './cell';

interface KindOfObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly rest: Record<string, unknown>;
}

const kind = (apiVersion: string, name: string, plural: string, rest: Record<string, unknown> = {}): KindOfObject => ({
  apiVersion,
  kind: name,
  plural,
  rest,
});

/** On no node: a pod that is never bound can still be. */
const NOWHERE = legalPod({ nodeSelector: { 'example.com/none': 'none' } });
const JOB = { suspend: true, template: { metadata: {}, spec: legalPod({ restartPolicy: 'Never' }) } };
const INGRESS_PATH = { path: '/', pathType: 'Prefix', backend: { service: { name: 'x', port: { number: 80 } } } };
const RBAC = 'rbac.authorization.k8s.io';

/** A right object of every kind that may lie in a testbed, none of which makes the cluster do anything. */
export const KINDS: readonly KindOfObject[] = [
  kind('v1', 'Pod', 'pods', { spec: NOWHERE }),
  kind('v1', 'Service', 'services', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } }),
  kind('v1', 'ConfigMap', 'configmaps', { data: { a: 'b' } }),
  kind('v1', 'Secret', 'secrets', { stringData: { a: 'b' } }),
  kind('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, storageClassName: '' },
  }),
  kind('v1', 'Event', 'events', { involvedObject: {} }),
  kind('v1', 'ResourceQuota', 'resourcequotas', { spec: { hard: { 'count/leases.coordination.k8s.io': '9' } } }),
  kind('v1', 'LimitRange', 'limitranges', {
    spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '9Gi' } }] },
  }),
  kind('v1', 'ServiceAccount', 'serviceaccounts'),
  kind('v1', 'Endpoints', 'endpoints'),
  kind('apps/v1', 'Deployment', 'deployments', workloadOf({ replicas: 0 })),
  kind('apps/v1', 'StatefulSet', 'statefulsets', workloadOf({ replicas: 0, serviceName: 'x' })),
  kind('apps/v1', 'ReplicaSet', 'replicasets', workloadOf({ replicas: 0 })),
  kind('apps/v1', 'DaemonSet', 'daemonsets', workloadOf({})),
  kind('batch/v1', 'Job', 'jobs', { spec: JOB }),
  kind('batch/v1', 'CronJob', 'cronjobs', {
    spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: JOB } },
  }),
  kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
    spec: { podSelector: { matchLabels: { a: 'b' } } },
  }),
  kind('networking.k8s.io/v1', 'Ingress', 'ingresses', {
    spec: {
      rules: [{ host: 'app.example', http: { paths: [INGRESS_PATH] } }],
      tls: [{ hosts: ['app.example'], secretName: 'x' }],
    },
  }),
  kind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', { addressType: 'IPv4', endpoints: [] }),
  kind(`${RBAC}/v1`, 'Role', 'roles', { rules: [] }),
  kind(`${RBAC}/v1`, 'RoleBinding', 'rolebindings', {
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' },
    subjects: [],
  }),
];

/** A right object of a kind. */
export function manifest(plural: string, namespace: string, name: string): KubernetesObject {
  const found = KINDS.find((one) => one.plural === plural);
  if (found === undefined) throw new Error(`no manifest of ${plural}`);
  const { apiVersion, kind: called, rest } = found;
  if (called === 'Event') return object(apiVersion, called, namespace, name, { involvedObject: { namespace } });
  return object(apiVersion, called, namespace, name, rest);
}

function workloadOf(fields: Record<string, unknown>): Record<string, unknown> {
  const { spec } = workload({}, NOWHERE);
  return { spec: { ...Object(spec), ...fields } };
}
