/** The tools, as completion and help name them; a test holds them against the toolchain's own list. */
export const TOOL_NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'pulumi',
  'kubelet',
  'kube-proxy',
  'calico-felix',
  'calico-cni',
  'coredns',
  'kubectl',
] as const;
