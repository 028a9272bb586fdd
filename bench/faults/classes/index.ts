import { ANSWERS } from './answers';
import type { FaultClass } from './class';
import { CLUSTER } from './cluster';
import { ETCD } from './etcd';
import { PROCESSES } from './processes';
import { TESTED } from './tested';

/** All of them, by number. */
export const FAULT_CLASSES: readonly FaultClass[] = [...ANSWERS, ...CLUSTER, ...ETCD, ...PROCESSES, ...TESTED].toSorted(
  (a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)),
);
