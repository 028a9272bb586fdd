import type { KubernetesObject } from '../../../kubernetes/types';

const GROUP = 'crd.projectcalico.org';
/** The version of every kind of the group. */
export const CALICO_VERSION = `${GROUP}/v1`;

/** The kinds that felix lists and watches; it starts with all of them or not at all. Of most there is never an object. */
const KINDS: readonly { readonly kind: string; readonly plural: string; readonly scope: 'Cluster' | 'Namespaced' }[] = [
  { kind: 'BGPConfiguration', plural: 'bgpconfigurations', scope: 'Cluster' },
  { kind: 'ClusterInformation', plural: 'clusterinformations', scope: 'Cluster' },
  { kind: 'FelixConfiguration', plural: 'felixconfigurations', scope: 'Cluster' },
  { kind: 'GlobalNetworkPolicy', plural: 'globalnetworkpolicies', scope: 'Cluster' },
  { kind: 'GlobalNetworkSet', plural: 'globalnetworksets', scope: 'Cluster' },
  { kind: 'HostEndpoint', plural: 'hostendpoints', scope: 'Cluster' },
  { kind: 'IPAMBlock', plural: 'ipamblocks', scope: 'Cluster' },
  { kind: 'IPPool', plural: 'ippools', scope: 'Cluster' },
  { kind: 'NetworkPolicy', plural: 'networkpolicies', scope: 'Namespaced' },
  { kind: 'NetworkSet', plural: 'networksets', scope: 'Namespaced' },
];

/** For roles: every kind of the group. */
export const CALICO_RESOURCES = { apiGroups: [GROUP], resources: KINDS.map(({ plural }) => plural) } as const;

/** Definitions of our own: only what felix must find. Nobody but the cluster's bootstrap writes such objects, so nothing needs a schema. */
export function calicoDefinitions(): readonly KubernetesObject[] {
  return KINDS.map(({ kind, plural, scope }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }));
}

/** What felix and the network plugin read before they do anything: that the configuration stands, and which addresses are pods'. */
export function calicoConfiguration(podRange: string): readonly KubernetesObject[] {
  return [
    {
      apiVersion: CALICO_VERSION,
      kind: 'ClusterInformation',
      metadata: { name: 'default' },
      spec: { datastoreReady: true, clusterType: 'k8s,kdd' },
    },
    {
      apiVersion: CALICO_VERSION,
      kind: 'IPPool',
      metadata: { name: 'pods' },
      // Outgoing packets bear the node's address: beyond it nobody knows the way to a pod.
      spec: {
        cidr: podRange,
        ipipMode: 'Never',
        vxlanMode: 'Never',
        natOutgoing: true,
        blockSize: 26,
        nodeSelector: 'all()',
      },
    },
  ];
}
