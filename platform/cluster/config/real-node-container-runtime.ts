import { REAL_NODE } from '../../../components/vocabulary';
import type { ClusterLayout } from '../layout';
import { INSIDE, POD_RANGE, nodePaths, type RealNodeFacts } from './real-node-facts';

/** containerd.toml, version 2 of its format. A JSON string is a basic string of TOML too. */
export function containerdConfig(layout: ClusterLayout, { pauseImage }: RealNodeFacts): string {
  const paths = nodePaths(layout);
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = ${JSON.stringify(paths.containerd)}
state = ${JSON.stringify(INSIDE.containerdState)}
disabled_plugins = [${[
    'io.containerd.snapshotter.v1.aufs',
    'io.containerd.snapshotter.v1.btrfs',
    'io.containerd.snapshotter.v1.devmapper',
    'io.containerd.snapshotter.v1.zfs',
    'io.containerd.internal.v1.opt',
    'io.containerd.internal.v1.tracing',
  ]
    .map((name) => JSON.stringify(name))
    .join(', ')}]
[grpc]
  address = ${JSON.stringify(INSIDE.containerdSocket)}
[${cri}]
  sandbox_image = ${JSON.stringify(pauseImage)}
  # Without the capability CAP_SYS_RESOURCE no process may lower this value, and runc would fail.
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [${cri}.cni]
    bin_dir = ${JSON.stringify(INSIDE.networkPlugins)}
    conf_dir = ${JSON.stringify(paths.cni)}
    max_conf_num = 1
  [${cri}.containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [${cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [${cri}.containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** The network of pods: Calico's plugin makes the interface, addresses come from one range of this only node. */
export function networkPluginConfig(layout: ClusterLayout, kubeconfig: string): string {
  const paths = nodePaths(layout);
  return JSON.stringify(
    {
      name: 'k8s-pod-network',
      cniVersion: '0.3.1',
      plugins: [
        {
          type: 'calico',
          log_level: 'warning',
          log_file_path: `${paths.logs}/cni.log`,
          log_file_max_size: 4,
          log_file_max_count: 2,
          datastore_type: 'kubernetes',
          nodename: REAL_NODE,
          nodename_file_optional: true,
          mtu: 1500,
          ipam: { type: 'host-local', ranges: [[{ subnet: POD_RANGE }]], dataDir: INSIDE.addressLeases },
          policy: { type: 'k8s' },
          kubernetes: { kubeconfig },
        },
      ],
    },
    undefined,
    2,
  );
}
