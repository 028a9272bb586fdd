import { loadPreset } from '../spec';
import { resolveTools } from '../platform/toolchain';
import { clusterUp } from './cluster';
import type { OperationResult } from '../engine/types';
import { previewSpec } from './preview';
import { requireProvisionable } from './spec-file';
import { sharedUp } from './shared';
import { withEngine } from './stack';
import type { Surroundings } from './surroundings';
import { show, type ShowResult } from './show';
import { upSpec, type UpResult } from './up';

export interface QuickstartResult {
  /** Nothing was started, changed or created: everything stood already. */
  readonly unchanged: boolean;
  readonly cluster: 'started' | 'unchanged' | 'repaired';
  readonly shared: 'created' | 'changed' | 'unchanged';
  readonly planned: OperationResult;
  readonly up: UpResult;
  readonly show: ShowResult;
  readonly elapsedMs: number;
}

/** Nodes of a quickstart cluster: enough to see scheduling, cheap enough for a laptop. */
export const QUICKSTART_NODES = { kind: 'simulated', count: 3 } as const;

/** From nothing to a running testbed: tools, cluster, shared stack, the `startup` preset. Run again, it changes nothing and says so. */
export async function quickstart(
  options: { readonly offline?: boolean | undefined },
  surroundings: Surroundings,
): Promise<QuickstartResult> {
  const began = performance.now();
  const { environment, onProgress, signal } = surroundings;
  await resolveTools(['pulumi', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'], {
    environment,
    onProgress,
    signal,
    ...(options.offline === undefined ? {} : { offline: options.offline }),
  });
  const cluster = await clusterUp({ nodes: QUICKSTART_NODES, offline: options.offline }, surroundings);
  return withEngine(surroundings, async (engine) => {
    const warm = { ...surroundings, engine };
    const shared = await sharedUp({}, warm);
    const spec = requireProvisionable(loadPreset('startup', { now: surroundings.now() }));
    const planned = await previewSpec(spec, {}, warm);
    const done = await upSpec(spec, {}, warm);
    const shown = await show({ name: spec.name }, warm);
    const sharedOutcome = shared.outcome === 'created' || shared.outcome === 'changed' ? shared.outcome : 'unchanged';
    return {
      unchanged: cluster.outcome === 'unchanged' && sharedOutcome === 'unchanged' && done.outcome === 'unchanged',
      cluster: cluster.outcome,
      shared: sharedOutcome,
      planned: planned.operation,
      up: done,
      show: shown,
      elapsedMs: performance.now() - began,
    };
  });
}
