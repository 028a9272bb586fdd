export { systemNamespace } from './bootstrap/system-namespace';
export { openEmbeddedCluster, type EmbeddedClusterOptions } from './embedded-cluster';
export { realNodeObstacle } from './nodes/real/feasibility';
export { runInNode } from './nodes/real/run-in-node';
export { importImage } from './nodes/real/import-images';
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
