import { kubeconfigContext, type KubeconfigOptions, type KubeconfigSource } from './kubeconfig-context';
import { besideKubeconfig } from './kubeconfig-file';
import type { ClusterConnection } from './types';

export {
  kubeconfigContext,
  type KubeconfigContext,
  type KubeconfigOptions,
  type KubeconfigSource,
} from './kubeconfig-context';
export type { KubeconfigFeature } from './kubeconfig-features';
export { readKubeconfigFile } from './kubeconfig-file';
export { writeKubeconfig } from './kubeconfig-text';

/** The connection of one context (see kubeconfigContext). Files that it names are read beside the kubeconfig, and only where `allow` says so. */
export function connectionFromKubeconfig(source: KubeconfigSource, options: KubeconfigOptions = {}): ClusterConnection {
  return kubeconfigContext(source, { readFile: besideKubeconfig(source.file), ...options }).connection;
}
