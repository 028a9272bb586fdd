import { text, type Text } from '../../errors';
import { nearest } from '../../spec/nearest';
import { quoted } from '../../spec/visible';
import type { Matched } from '../rule';

type MatchedKind = Extract<Matched, { type: 'kind' }>;

/** One kind at one API version. */
interface Kind {
  readonly kind: string;
  readonly resource: string;
  readonly scope: MatchedKind['scope'];
  /** Sub-resources that change the object itself: judged like it. */
  readonly changedBy?: readonly string[];
}

const namespaced = (kind: string, resource: string, changedBy?: readonly string[]): Kind => ({
  kind,
  resource,
  scope: 'Namespaced',
  ...(changedBy === undefined ? {} : { changedBy }),
});
const cluster = (kind: string, resource: string): Kind => ({ kind, resource, scope: 'Cluster' });

/** Every kind that a rule may look at, by API version as objects carry it. */
const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  v1: [
    namespaced('Pod', 'pods', ['ephemeralcontainers', 'resize']),
    namespaced('PodTemplate', 'podtemplates'),
    namespaced('ReplicationController', 'replicationcontrollers'),
    namespaced('Service', 'services'),
    namespaced('Endpoints', 'endpoints'),
    namespaced('ServiceAccount', 'serviceaccounts'),
    namespaced('Secret', 'secrets'),
    namespaced('ConfigMap', 'configmaps'),
    namespaced('PersistentVolumeClaim', 'persistentvolumeclaims'),
    namespaced('ResourceQuota', 'resourcequotas'),
    namespaced('LimitRange', 'limitranges'),
    cluster('Namespace', 'namespaces'),
    cluster('PersistentVolume', 'persistentvolumes'),
    cluster('Node', 'nodes'),
  ],
  'apps/v1': [
    namespaced('ReplicaSet', 'replicasets'),
    namespaced('Deployment', 'deployments'),
    namespaced('StatefulSet', 'statefulsets'),
    namespaced('DaemonSet', 'daemonsets'),
  ],
  'batch/v1': [namespaced('Job', 'jobs'), namespaced('CronJob', 'cronjobs')],
  'networking.k8s.io/v1': [
    // Its annotations are commands to a controller, and the sub-resource takes them too.
    namespaced('Ingress', 'ingresses', ['status']),
    namespaced('NetworkPolicy', 'networkpolicies'),
    cluster('IngressClass', 'ingressclasses'),
  ],
  'discovery.k8s.io/v1': [namespaced('EndpointSlice', 'endpointslices')],
  'rbac.authorization.k8s.io/v1': [
    namespaced('Role', 'roles'),
    namespaced('RoleBinding', 'rolebindings'),
    cluster('ClusterRole', 'clusterroles'),
    cluster('ClusterRoleBinding', 'clusterrolebindings'),
  ],
  'storage.k8s.io/v1': [cluster('StorageClass', 'storageclasses')],
  'policy/v1': [namespaced('PodDisruptionBudget', 'poddisruptionbudgets')],
  'autoscaling/v2': [namespaced('HorizontalPodAutoscaler', 'horizontalpodautoscalers')],
  'scheduling.k8s.io/v1': [cluster('PriorityClass', 'priorityclasses')],
  'node.k8s.io/v1': [cluster('RuntimeClass', 'runtimeclasses')],
  'certificates.k8s.io/v1': [cluster('CertificateSigningRequest', 'certificatesigningrequests')],
  'apiextensions.k8s.io/v1': [cluster('CustomResourceDefinition', 'customresourcedefinitions')],
  'apiregistration.k8s.io/v1': [cluster('APIService', 'apiservices')],
  'admissionregistration.k8s.io/v1': [
    cluster('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
    cluster('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
    cluster('ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
    cluster('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'),
  ],
};

/** What a CONNECT request to a sub-resource brings as its object; it is not the object that it is called on. */
const CONNECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'v1/Pod': {
    exec: 'PodExecOptions',
    attach: 'PodAttachOptions',
    portforward: 'PodPortForwardOptions',
    proxy: 'PodProxyOptions',
  },
  'v1/Service': { proxy: 'ServiceProxyOptions' },
  'v1/Node': { proxy: 'NodeProxyOptions' },
};

/** Every kind that makes pods, the pod itself first. */
export const WORKLOADS: readonly string[] = [
  'v1/Pod',
  'v1/PodTemplate',
  'v1/ReplicationController',
  'apps/v1/ReplicaSet',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'apps/v1/DaemonSet',
  'batch/v1/Job',
  'batch/v1/CronJob',
];

/** The word of a rule file for all of them. */
const WORKLOADS_WORD = 'workloads';

/** `docker:index/container:Container`, the type of a Pulumi resource. */
const TOKEN = /^[a-z][a-z0-9-]*:[A-Za-z0-9/._-]*:[A-Za-z][A-Za-z0-9]*$/;

export type ReadMatch =
  | { readonly ok: true; readonly matched: readonly Matched[] }
  | { readonly ok: false; readonly why: Text };

/**
 * What one entry of a rule's `match` stands for: `workloads`, `apps/v1/Deployment`, `v1/Pod/exec` or the type of a Pulumi resource.
 * A sub-resource that is connected to has the kind of what the request brings (`PodExecOptions`) and names the sub-resource as its only
 * place; all other kinds are judged on the resource itself and on the sub-resources that are named beside it.
 */
export function readMatch(word: string): ReadMatch {
  if (word === WORKLOADS_WORD) return { ok: true, matched: WORKLOADS.flatMap((name) => found(name) ?? []) };
  if (TOKEN.test(word)) return { ok: true, matched: [{ type: 'pulumi', token: word }] };
  const matched = found(word) ?? connected(word);
  return matched === undefined ? { ok: false, why: unknownKind(word) } : { ok: true, matched: [matched] };
}

/** Whether a match is of what a request to a sub-resource brings, so that only admission sees it. */
export function isConnected(matched: Matched): boolean {
  return matched.type === 'kind' && isConnectedKind(matched.kind);
}

/** `PodExecOptions` and its like. */
export function isConnectedKind(kind: unknown): boolean {
  return Object.values(CONNECTED).some((kinds) => Object.values(kinds).some((known) => known === kind));
}

/** Group of an API version: empty for the core group. */
function groupOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function found(word: string): MatchedKind | undefined {
  const cut = word.lastIndexOf('/');
  const apiVersion = word.slice(0, Math.max(0, cut));
  const kinds = Object.hasOwn(KINDS, apiVersion) ? KINDS[apiVersion] : undefined;
  const entry = kinds?.find(({ kind }) => kind === word.slice(cut + 1));
  if (entry === undefined) return undefined;
  const { kind, resource, scope, changedBy } = entry;
  return { type: 'kind', ...groupOf(apiVersion), kind, resource, scope, subresources: changedBy ?? [] };
}

function connected(word: string): MatchedKind | undefined {
  const cut = word.lastIndexOf('/');
  const name = word.slice(0, Math.max(0, cut));
  const subresource = word.slice(cut + 1);
  const kinds = Object.hasOwn(CONNECTED, name) ? CONNECTED[name] : undefined;
  const kind = kinds !== undefined && Object.hasOwn(kinds, subresource) ? kinds[subresource] : undefined;
  const parent = found(name);
  return kind === undefined || parent === undefined ? undefined : { ...parent, kind, subresources: [subresource] };
}

function unknownKind(word: string): Text {
  const names = [
    WORKLOADS_WORD,
    ...Object.entries(KINDS).flatMap(([apiVersion, kinds]) => kinds.map(({ kind }) => `${apiVersion}/${kind}`)),
    ...Object.entries(CONNECTED).flatMap(([name, kinds]) => Object.keys(kinds).map((sub) => `${name}/${sub}`)),
  ];
  const guess = nearest(word, names) ?? names.find((name) => name.slice(name.lastIndexOf('/') + 1) === word);
  if (guess !== undefined)
    return text(
      `${quoted(word)} is not a kind that rules look at: did you mean '${guess}'?`,
      `${quoted(word)}: 규칙이 다루는 종류가 아닙니다. 혹시 '${guess}'입니까?`,
    );
  return text(
    `${quoted(word)} is not a kind that rules look at: write 'workloads', 'apps/v1/Deployment', 'v1/Pod/exec' or the type of a Pulumi resource`,
    `${quoted(word)}: 규칙이 다루는 종류가 아닙니다. 'workloads', 'apps/v1/Deployment', 'v1/Pod/exec' 또는 Pulumi 리소스 타입으로 쓰십시오`,
  );
}
