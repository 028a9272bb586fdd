import type { Settings } from './settings';
import type { Tool, ToolName, ToolPurpose } from './tool';
import { ETCD, etcdFile, KUBERNETES, kubernetesFile, KWOK, kwokFile, PULUMI, pulumiFile } from './vendor-files';

/** Of the Go module this is v1.11.0-cni-plugin.0.20250813170300-a0db560f0520: Calico's releases have no version of their own there. */
const CALICO = '3.28.5';
/** CoreDNS 1.14.7 with only the plugins that a node needs, and ours. Raised, as in its main.go, with every change of its own source. */
const COREDNS = '1.14.7+testbed.1';

const KUBERNETES_VERSION = 'k8s.io/component-base/version';
const [KUBERNETES_MAJOR, KUBERNETES_MINOR] = KUBERNETES.split('.');
const KUBERNETES_LDFLAGS = [
  '-s -w',
  `-X ${KUBERNETES_VERSION}.gitVersion=v${KUBERNETES}`,
  `-X ${KUBERNETES_VERSION}.gitMajor=${KUBERNETES_MAJOR}`,
  `-X ${KUBERNETES_VERSION}.gitMinor=${KUBERNETES_MINOR}`,
].join(' ');
const CALICO_MODULE = 'github.com/projectcalico/calico';

type ComponentName = 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet' | 'kube-proxy';

function kubernetesComponent(name: ComponentName, purpose: ToolPurpose): Tool {
  return {
    name,
    version: KUBERNETES,
    ask: { args: ['--version'], pattern: /^Kubernetes (v\S+)/m },
    purpose,
    suitable: { from: '1.34.0', below: '1.35.0' },
    build: { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, ldflags: KUBERNETES_LDFLAGS },
    vendorFile: (platform) => kubernetesFile(name, platform),
  };
}

/** The tools, pinned. A version here equals the one in the module's go.mod (a test compares them). */
export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  pulumi: {
    name: 'pulumi',
    version: PULUMI,
    ask: { args: ['version'], pattern: /^(v\d\S*)/m },
    purpose: 'platform',
    suitable: { from: '3.259.0', below: '4.0.0' },
    build: {
      module: 'pulumi',
      package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
      tags: 'osusergo,grpcnotrace',
      ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI}`,
    },
    vendorFile: pulumiFile,
  },
  etcd: {
    name: 'etcd',
    version: ETCD,
    ask: { args: ['--version'], pattern: /^etcd Version: (\S+)/m },
    purpose: 'platform',
    suitable: { from: '3.5.0', below: '3.7.0' },
    build: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', ldflags: '-s -w' },
    vendorFile: etcdFile,
  },
  'kube-apiserver': kubernetesComponent('kube-apiserver', 'platform'),
  'kube-controller-manager': kubernetesComponent('kube-controller-manager', 'platform'),
  'kube-scheduler': kubernetesComponent('kube-scheduler', 'platform'),
  kwok: {
    name: 'kwok',
    version: KWOK,
    ask: { args: ['--version'], pattern: /^kwok version (v\S+)/m },
    purpose: 'platform',
    suitable: { from: '0.7.0', below: '1.0.0' },
    build: {
      module: 'kwok',
      package: 'sigs.k8s.io/kwok/cmd/kwok',
      ldflags: `-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=v${KWOK}`,
    },
    vendorFile: kwokFile,
  },
  kubectl: {
    name: 'kubectl',
    version: KUBERNETES,
    ask: { args: ['version', '--client'], pattern: /^Client Version: (v\S+)/m },
    purpose: 'people',
    suitable: { from: '1.33.0', below: '1.36.0' },
    build: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl', ldflags: KUBERNETES_LDFLAGS },
    vendorFile: (platform) => kubernetesFile('kubectl', platform),
  },
  kubelet: kubernetesComponent('kubelet', 'real-node'),
  'kube-proxy': kubernetesComponent('kube-proxy', 'real-node'),
  // The vendor publishes both inside container images only. Without cgo felix has no BPF data plane, which is not used here.
  'calico-felix': {
    name: 'calico-felix',
    version: CALICO,
    ask: { args: ['--version'], pattern: /^Version: +(v\S+)/m },
    purpose: 'real-node',
    suitable: { from: '3.28.0', below: '3.29.0' },
    build: {
      module: 'calico',
      package: `${CALICO_MODULE}/felix/cmd/calico-felix`,
      ldflags: `-s -w -X ${CALICO_MODULE}/felix/buildinfo.GitVersion=v${CALICO}`,
    },
    vendorFile: () => undefined,
  },
  'calico-cni': {
    name: 'calico-cni',
    version: CALICO,
    // By another name it refuses to run at all.
    ask: { args: ['-v'], pattern: /^(v\d\S*)/m, callAs: 'calico' },
    purpose: 'real-node',
    suitable: { from: '3.28.0', below: '3.29.0' },
    build: {
      module: 'calico',
      package: `${CALICO_MODULE}/cni-plugin/cmd/calico`,
      ldflags: `-s -w -X main.VERSION=v${CALICO}`,
    },
    vendorFile: () => undefined,
  },
  coredns: {
    name: 'coredns',
    version: COREDNS,
    ask: { args: ['-version'], pattern: /^CoreDNS-(\d\S*)$/m },
    purpose: 'real-node',
    suitable: 'pinned',
    build: { module: 'coredns', package: 'testbed/toolchain/coredns', ldflags: '-s -w' },
    vendorFile: () => undefined,
  },
};

/** What a real node of the embedded cluster runs besides the packages of its image; resolved only for such a node. */
export const realNodeToolNames = ['kubelet', 'kube-proxy', 'calico-felix', 'calico-cni', 'coredns'] as const;

/** Every tool there is, in the order in which they are prepared. */
export const toolNames: readonly ToolName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'pulumi',
  ...realNodeToolNames,
  'kubectl',
];

/** What the platform itself needs; kubectl is for people, and what a real node runs for such nodes: they come when asked for. */
export const requiredToolNames: readonly ToolName[] = toolNames.filter((name) => TOOLS[name].purpose === 'platform');

/** A real node's tools need Linux; what the others need is left to their vendors and to Go. */
export function runsHere({ purpose }: Tool, { platform }: Settings): boolean {
  return purpose !== 'real-node' || platform?.os === 'linux';
}
