import { REAL_NODE } from '../../../components/vocabulary';
import { KUBELET_PORT, POD_RANGE, type RealNodeFacts } from './real-node-facts';

/** KubeProxyConfiguration. */
export function kubeProxyConfig({ nodeAddress }: RealNodeFacts, kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    hostnameOverride: REAL_NODE,
    clientConnection: { kubeconfig },
    clusterCIDR: POD_RANGE,
    detectLocalMode: 'ClusterCIDR',
    bindAddress: nodeAddress,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    nodePortAddresses: [`${nodeAddress}/32`],
    oomScoreAdj: 0,
    // A Service that has just come should work at once; there are few of them.
    iptables: { localhostNodePorts: false, minSyncPeriod: '200ms', syncPeriod: '30s' },
    // The size of the table of connections is the machine's, not ours.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** Everything that felix is told; it reads no file of its own. */
export function felixEnvironment(kubeconfig: string): Readonly<Record<string, string>> {
  return {
    KUBECONFIG: kubeconfig,
    DATASTORE_TYPE: 'kubernetes',
    FELIX_DATASTORETYPE: 'kubernetes',
    FELIX_FELIXHOSTNAME: REAL_NODE,
    FELIX_LOGSEVERITYSCREEN: 'warning',
    FELIX_LOGSEVERITYSYS: 'none',
    FELIX_LOGFILEPATH: 'none',
    FELIX_IPTABLESBACKEND: 'nft',
    FELIX_BPFENABLED: 'false',
    FELIX_XDPENABLED: 'false',
    FELIX_IPV6SUPPORT: 'false',
    FELIX_IPINIPENABLED: 'false',
    FELIX_VXLANENABLED: 'false',
    FELIX_WIREGUARDENABLED: 'false',
    FELIX_ROUTESOURCE: 'WorkloadIPs',
    FELIX_MTUIFACEPATTERN: '^node0$',
    // A pod reaches its own node by no port at all.
    FELIX_DEFAULTENDPOINTTOHOSTACTION: 'DROP',
    FELIX_USAGEREPORTINGENABLED: 'false',
    FELIX_PROMETHEUSMETRICSENABLED: 'false',
    FELIX_REPORTINGINTERVALSECS: '0',
    FELIX_HEALTHENABLED: 'true',
    FELIX_HEALTHHOST: '127.0.0.1',
    FELIX_HEALTHPORT: '9099',
  };
}

/**
 * What may leave the node by its only interface, for `iptables-restore --noflush`: calls of the API server, answers to its calls of the
 * kubelet, nothing else. The host listens on many ports on all its addresses, and a pod without a policy would reach them.
 */
export function boundaryRules({ hostAddress, nodeAddress, apiServerPort }: RealNodeFacts, device: string): string {
  return [
    '*mangle',
    ':TESTBED-BOUNDARY - [0:0]',
    '-F TESTBED-BOUNDARY',
    `-A TESTBED-BOUNDARY -d ${hostAddress}/32 -p tcp -m tcp --dport ${apiServerPort} -j RETURN`,
    `-A TESTBED-BOUNDARY -s ${nodeAddress}/32 -d ${hostAddress}/32 -p tcp -m tcp --sport ${KUBELET_PORT} -m conntrack --ctstate ESTABLISHED -j RETURN`,
    '-A TESTBED-BOUNDARY -j DROP',
    `-A POSTROUTING -o ${device} -j TESTBED-BOUNDARY`,
    'COMMIT',
    '',
  ].join('\n');
}
