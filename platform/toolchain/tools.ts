import type { Platform, Tool, ToolName, VendorFile } from './tool';

/**
 * The tools, pinned. A version here equals the one in the module's go.mod (a test compares them).
 *
 * Vendor addresses, and what was known of them when this was written (nothing was fetched from the vendors, so a first
 * download on a connected machine is the proof; a wrong address ends in the build, a wrong checksum in a refusal):
 * - pulumi: address and checksum file as the vendor's public list of versions has them, the archive's inner path as its public
 *   release configuration; both read up to 3.219, taken to hold for 3.259.0.
 * - kubernetes: address as in its public documentation; that `.sha256` holds the bare digest is common knowledge, not seen here.
 *   Server components exist for Linux only.
 * - etcd: address and inner path as on the public page of this release; the format of SHA256SUMS (`sha256  name`) not seen here.
 *   For macOS the vendor publishes zip files only, which are not read: it is built there.
 * - kwok: the vendor's public release script uploads plain executables and no checksums, so the download is used only
 *   where a site pins one.
 */
const PULUMI = '3.259.0';
const KUBERNETES = '1.34.4';
const ETCD = '3.6.16';
const KWOK = '0.8.0';

const GITHUB = 'https://github.com';

function pulumiFile({ os, arch }: Platform): VendorFile {
  const folder = 'https://get.pulumi.com/releases/sdk';
  return {
    url: `${folder}/pulumi-v${PULUMI}-${os}-${arch === 'amd64' ? 'x64' : arch}.tar.gz`,
    checksums: { url: `${folder}/pulumi-${PULUMI}-checksums.txt`, format: 'list' },
    content: { kind: 'tar.gz', entry: 'pulumi/pulumi' },
  };
}

function etcdFile({ os, arch }: Platform): VendorFile | undefined {
  if (os !== 'linux') return undefined;
  const folder = `${GITHUB}/etcd-io/etcd/releases/download/v${ETCD}`;
  const stem = `etcd-v${ETCD}-${os}-${arch}`;
  return {
    url: `${folder}/${stem}.tar.gz`,
    checksums: { url: `${folder}/SHA256SUMS`, format: 'list' },
    content: { kind: 'tar.gz', entry: `${stem}/etcd` },
  };
}

function kubernetesFile(name: string, { os, arch }: Platform): VendorFile | undefined {
  if (os !== 'linux' && name !== 'kubectl') return undefined;
  const url = `https://dl.k8s.io/release/v${KUBERNETES}/bin/${os}/${arch}/${name}`;
  return { url, checksums: { url: `${url}.sha256`, format: 'bare' }, content: { kind: 'plain' } };
}

function kwokFile({ os, arch }: Platform): VendorFile {
  return {
    url: `${GITHUB}/kubernetes-sigs/kwok/releases/download/v${KWOK}/kwok-${os}-${arch}`,
    content: { kind: 'plain' },
  };
}

const KUBERNETES_VERSION = 'k8s.io/component-base/version';
const [KUBERNETES_MAJOR, KUBERNETES_MINOR] = KUBERNETES.split('.');
const KUBERNETES_LDFLAGS = [
  '-s -w',
  `-X ${KUBERNETES_VERSION}.gitVersion=v${KUBERNETES}`,
  `-X ${KUBERNETES_VERSION}.gitMajor=${KUBERNETES_MAJOR}`,
  `-X ${KUBERNETES_VERSION}.gitMinor=${KUBERNETES_MINOR}`,
].join(' ');

function controlPlane(name: 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler'): Tool {
  return {
    name,
    version: KUBERNETES,
    ask: { args: ['--version'], pattern: /^Kubernetes (v\S+)/m },
    suitable: { from: '1.34.0', below: '1.35.0' },
    build: { module: 'kubernetes', package: `k8s.io/kubernetes/cmd/${name}`, ldflags: KUBERNETES_LDFLAGS },
    vendorFile: (platform) => kubernetesFile(name, platform),
  };
}

export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  pulumi: {
    name: 'pulumi',
    version: PULUMI,
    ask: { args: ['version'], pattern: /^(v\d\S*)/m },
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
    suitable: { from: '3.5.0', below: '3.7.0' },
    build: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', ldflags: '-s -w' },
    vendorFile: etcdFile,
  },
  'kube-apiserver': controlPlane('kube-apiserver'),
  'kube-controller-manager': controlPlane('kube-controller-manager'),
  'kube-scheduler': controlPlane('kube-scheduler'),
  kwok: {
    name: 'kwok',
    version: KWOK,
    ask: { args: ['--version'], pattern: /^kwok version (v\S+)/m },
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
    suitable: { from: '1.33.0', below: '1.36.0' },
    build: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl', ldflags: KUBERNETES_LDFLAGS },
    vendorFile: (platform) => kubernetesFile('kubectl', platform),
  },
};

/** Every tool there is, in the order in which they are prepared. */
export const toolNames: readonly ToolName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'pulumi',
  'kubectl',
];

/** What the platform itself needs; kubectl is for people and comes only when it is asked for. */
export const requiredToolNames: readonly ToolName[] = toolNames.filter((name) => name !== 'kubectl');
