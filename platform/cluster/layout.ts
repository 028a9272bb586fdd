import { join } from 'node:path';

/** Every path of one embedded cluster; all lie below its directory. */
export interface ClusterLayout {
  readonly directory: string;
  /** What the cluster is: ports, nodes, tools. */
  readonly record: string;
  /** The instance token alone, so that a damaged record never costs the proof of what is ours. */
  readonly instance: string;
  /** What the supervisor says of itself and its children, written by it alone. */
  readonly status: string;
  readonly pki: string;
  readonly config: string;
  readonly logs: string;
  readonly etcdData: string;
  /** Everything of a real node: its configuration and keys, images, containers and volumes. */
  readonly node: string;
  readonly audit: string;
  readonly auditLog: string;
  readonly auditArchive: string;
  readonly auditIndex: string;
}

/** The layout of the cluster in `directory`, an absolute path. */
export function clusterLayout(directory: string): ClusterLayout {
  const audit = join(directory, 'audit');
  return {
    directory,
    record: join(directory, 'cluster.json'),
    instance: join(directory, 'instance'),
    status: join(directory, 'status.json'),
    pki: join(directory, 'pki'),
    config: join(directory, 'config'),
    logs: join(directory, 'logs'),
    etcdData: join(directory, 'etcd'),
    node: join(directory, 'node'),
    audit,
    auditLog: join(audit, 'audit.log'),
    auditArchive: join(audit, 'archive'),
    auditIndex: join(audit, 'index.jsonl'),
  };
}

/** The folders that must exist, outermost first. etcd makes its own. */
export function clusterFolders(layout: ClusterLayout): readonly string[] {
  return [layout.directory, layout.pki, layout.config, layout.logs, layout.audit, layout.auditArchive];
}

/** A certificate and its key in one file: a renewal swaps both in one rename, so no reader ever sees a mismatched pair. */
export function pairFile(layout: ClusterLayout, name: string): string {
  return join(layout.pki, `${name}.pem`);
}

/** The certificate of a CA alone, for those who only verify. */
export function authorityFile(layout: ClusterLayout, name: string): string {
  return join(layout.pki, `${name}.crt`);
}

export function kubeconfigFile(layout: ClusterLayout, name: string): string {
  return join(layout.config, `${name}.kubeconfig`);
}

export function logFile(layout: ClusterLayout, component: string): string {
  return join(layout.logs, `${component}.log`);
}
