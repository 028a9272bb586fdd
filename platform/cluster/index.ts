export { openEmbeddedCluster, type EmbeddedClusterOptions } from './embedded-cluster';
export { readAuditIndex, type AuditArchiveEntry } from './supervisor/audit-archive';
export type {
  ClusterIdentity,
  ClusterStatus,
  ClusterUpOptions,
  ComponentName,
  ComponentStatus,
  EmbeddedCluster,
  NodesChoice,
} from './types';
