import type { ClusterLayout } from '../layout';
import { CLUSTER_DOMAIN, DNS_ADDRESS, INSIDE, KUBELET_PORT, nodePaths, type RealNodeFacts } from './real-node-facts';

/** More processes than any workload of a testbed needs, few enough that one can't starve the machine. */
const LARGEST_POD_PIDS = 2048;

/** KubeletConfiguration. `pair` and `authority` are files of the node's own. */
export function kubeletConfig(
  layout: ClusterLayout,
  { nodeAddress, cgroup }: RealNodeFacts,
  { pair, authority }: { readonly pair: string; readonly authority: string },
): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: nodeAddress,
    port: KUBELET_PORT,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    tlsCertFile: pair,
    tlsPrivateKeyFile: pair,
    tlsMinVersion: 'VersionTLS12',
    rotateCertificates: false,
    serverTLSBootstrap: false,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: authority },
    },
    authorization: { mode: 'Webhook' },
    enableProfilingHandler: false,
    enableDebugFlagsHandler: false,
    enableSystemLogHandler: false,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: CLUSTER_DOMAIN,
    // Nothing of the host's: names outside the cluster are not answered at all.
    resolvConf: '',
    containerRuntimeEndpoint: `unix://${INSIDE.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    // The values of the whole machine are checked, never written: the node is shown those that are wanted.
    protectKernelDefaults: true,
    makeIPTablesUtilChains: false,
    oomScoreAdj: 0,
    podPidsLimit: LARGEST_POD_PIDS,
    maxPods: 250,
    systemReserved: { memory: '1Gi' },
    enforceNodeAllocatable: ['pods'],
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '100Mi' },
    evictionPressureTransitionPeriod: '30s',
    // No registry would bring an image back.
    imageGCHighThresholdPercent: 100,
    podLogsDir: `${nodePaths(layout).logs}/pods`,
    containerLogMaxSize: '5Mi',
    containerLogMaxFiles: 2,
  };
}
