import { CLUSTER_WIDE } from './cluster';
import type { KindCase } from './kind-case';
import { NAMESPACED } from './namespaced';
import { VARIANTS } from './variants';
import { WORKLOADS } from './workloads';

export { customKinds, definitions } from './custom';
export type { Edit, KindCase, Place } from './kind-case';
export { LEFT_OUT } from './left-out';

/** Every built-in kind that objects are applied of. */
export const BUILT_IN: readonly KindCase[] = [...WORKLOADS, ...NAMESPACED, ...CLUSTER_WIDE, ...VARIANTS];
