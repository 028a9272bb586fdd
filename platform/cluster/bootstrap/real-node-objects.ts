import { STORAGE_CLASSES, USERS } from '../../../components/vocabulary';
import type { KubernetesObject } from '../../../kubernetes/types';
import { POD_RANGE } from '../config/real-node-facts';
import { LOCAL_PROVISIONER } from '../storage/local-claims';
import { LOCAL_STORAGE_RULES } from '../storage/local-rules';
import { CALICO_RESOURCES, calicoConfiguration } from './calico-definitions';
import { clusterDns, type ClusterDnsFacts } from './cluster-dns';
import { READ, grant, type Rule } from './roles';

/** The API server calls the kubelet for logs, exec and port-forward; who may ask for those was judged before. */
const KUBELET_API: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['nodes/stats', 'nodes/metrics'], verbs: ['get'] },
];

/** Felix only reads. */
const FELIX: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods', 'namespaces', 'serviceaccounts', 'nodes', 'services'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { ...CALICO_RESOURCES, verbs: READ },
];

/** The plugin notes on a pod which address it has. */
const NETWORK_PLUGIN: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods', 'namespaces'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
  { apiGroups: CALICO_RESOURCES.apiGroups, resources: ['clusterinformations', 'ippools'], verbs: ['get', 'list'] },
];

function storageClass(): KubernetesObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: STORAGE_CLASSES.local,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: LOCAL_PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  };
}

/** What a cluster with a real node brings beside the node itself. The kubelet and kube-proxy have their roles from the API server. */
export function realNodeObjects(dns: ClusterDnsFacts): readonly KubernetesObject[] {
  return [
    ...grant('testbed-kubelet-client', KUBELET_API, { kind: 'User', name: USERS.kubeletClient }),
    ...grant('testbed-felix', FELIX, { kind: 'User', name: USERS.felix }),
    ...grant('testbed-cni', NETWORK_PLUGIN, { kind: 'User', name: USERS.networkPlugin }),
    ...grant('testbed-local-storage', LOCAL_STORAGE_RULES, { kind: 'User', name: USERS.localStorage }),
    storageClass(),
    ...calicoConfiguration(POD_RANGE),
    ...clusterDns(dns),
  ];
}
