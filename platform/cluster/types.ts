import type { OnProgress } from '../../errors';
import type { ClusterConnection } from '../../kubernetes/types';

/** Which nodes a cluster offers: one that runs containers, some that only pretend to, or none. */
export type NodesChoice =
  | { readonly kind: 'real' }
  | { readonly kind: 'simulated'; readonly count: number }
  | { readonly kind: 'none' };

export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'simulated-storage'
  | 'local-storage'
  | RealNodePart;

/** What runs for a real node: the holder of its namespaces, and the programs inside. */
export type RealNodePart = 'node-sandbox' | 'containerd' | 'kubelet' | 'kube-proxy' | 'calico-felix';

export interface ComponentStatus {
  readonly name: ComponentName;
  readonly state: 'running' | 'starting' | 'backing-off' | 'stopped';
  readonly pid?: number;
  readonly restarts: number;
  /** Why it last ended, when it did. */
  readonly lastExit?: string;
}

export interface ClusterStatus {
  readonly state: 'ready' | 'starting' | 'degraded' | 'stopped' | 'absent';
  readonly server?: string;
  readonly version?: string;
  readonly nodes: NodesChoice;
  readonly supervisorPid?: number;
  /** What keeps it from being well, in the supervisor's words, when it knows. */
  readonly problem?: string;
  readonly components: readonly ComponentStatus[];
  /** When the CA and the shortest-lived certificate end, RFC 3339. */
  readonly certificates?: { readonly caEnds: string; readonly firstEnds: string };
  readonly directory: string;
}

/** Our programs on a real node; everything else there comes from its image. */
export type RealNodeTool = 'kubelet' | 'kube-proxy' | 'calico-felix' | 'calico-cni';

export interface RealNodeImages {
  /** Folder of the unpacked node image; only read. */
  readonly root: string;
  /** Reference of the image that holds a pod's namespaces; one of `images`. */
  readonly pause: string;
  /** Imported before the node is ready: what it must have, by reference, and the archive (OCI layout in a tar file) that has it. */
  readonly images: readonly { readonly reference: string; readonly archive: string }[];
}

export interface ClusterUpOptions {
  readonly nodes?: NodesChoice;
  /** Paths of the tools by name, from the toolchain. */
  readonly tools: Readonly<Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler', string>> & {
    readonly kwok?: string;
  } & Partial<Readonly<Record<RealNodeTool, string>>>;
  /** What a real node is made of. Needed for the first start with `nodes.kind` `real`; remembered after. */
  readonly realNode?: RealNodeImages;
  /** Tests only: etcd without fsync. */
  readonly unsafeNoFsync?: boolean;
  /** Chooses other ports than the remembered ones; kubeconfig files given out before no longer work. */
  readonly newPorts?: boolean;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Who a connection acts as. `site` may only begin operations; `admin` lives an hour and is audited. */
export type ClusterIdentity = 'site' | 'operator' | 'admin';

/** The embedded cluster of one site directory. */
export interface EmbeddedCluster {
  readonly directory: string;
  /** Idempotent: starts what does not run, replaces orphans of a dead supervisor, changes nothing when all is well (`unchanged`). */
  up(
    options: ClusterUpOptions,
  ): Promise<{ readonly outcome: 'started' | 'unchanged' | 'repaired'; readonly status: ClusterStatus }>;
  /** Stops all; `destroy` also ends the data. */
  down(options?: {
    readonly destroy?: boolean;
    readonly onProgress?: OnProgress;
  }): Promise<{ readonly outcome: 'stopped' | 'unchanged' }>;
  status(): Promise<ClusterStatus>;
  /** References of the images that its real node has, by digest; undefined without such a node. */
  nodeImages(): Promise<readonly string[] | undefined>;
  /** A connection as that identity, with a certificate made now (operator and site: 24 h, admin: 1 h). Throws ClusterNotRunning. */
  connection(identity: ClusterIdentity): Promise<ClusterConnection>;
}
