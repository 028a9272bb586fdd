import type { Claim } from '../engine/claims/held-claim';
import type { Engine, OperationKind, OperationResult, ProgramReference, RepairItem } from '../engine/types';
import type { ClusterConnection } from '../kubernetes/types';
import { resolveTools, toolPath } from '../platform/toolchain';
import { isTestbedError } from '../errors';
import { openOperationProgress } from './operation-progress';
import type { StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

export interface StackOperation {
  readonly kind: OperationKind;
  readonly stack: string;
  /** The right to change the stack, for `up` and `down`; default: the engine takes one for the operation. */
  readonly claim?: Claim;
  /** As an administrator: the claim is read again before each writing. Default false. */
  readonly asksBeforeWriting?: boolean;
  readonly program?: ProgramReference;
  readonly connection: ClusterConnection | Promise<ClusterConnection>;
  /** Done when the stack is this operation's alone, before the engine begins. */
  readonly beforehand?: () => Promise<void>;
  readonly previewNamespace?: string;
  /** Of `repair`. */
  readonly repair?: readonly RepairItem[];
  /** Default `ready`. */
  readonly waitFor?: 'ready' | 'applied';
}

/**
 * Runs one engine operation on one stack: finds the pinned `pulumi`, opens the stack's data key, passes events on as progress.
 * The engine starts while tool and key are looked up; it is the caller's when the surroundings bring one.
 */
export async function runOnStack(
  site: StoredSite,
  operation: StackOperation,
  surroundings: Surroundings,
): Promise<OperationResult> {
  return withEngine(surroundings, async (engine) => {
    const [{ openDataKeys }, { takeUpOldState }] = await Promise.all([
      import('../engine/data-keys.js'),
      import('../engine/old-state.js'),
    ]);
    await takeUpOldState(site.stateDirectory, site.store, operation.stack);
    const [pulumi, dataKey] = await Promise.all([
      pulumiPath(surroundings),
      openDataKeys({ store: site.store, directory: site.keysDirectory }).forStack(operation.stack),
    ]);
    const progress = openOperationProgress(operation.kind, surroundings);
    const result = await progress.during(
      engine.run({
        kind: operation.kind,
        stack: { name: operation.stack, store: site.store, dataKey },
        ...(operation.claim === undefined ? {} : { claim: operation.claim }),
        ...(operation.asksBeforeWriting === undefined ? {} : { asksBeforeWriting: operation.asksBeforeWriting }),
        ...(operation.program === undefined ? {} : { program: operation.program }),
        ...(operation.beforehand === undefined ? {} : { beforehand: operation.beforehand }),
        ...(operation.previewNamespace === undefined ? {} : { previewNamespace: operation.previewNamespace }),
        ...(operation.repair === undefined ? {} : { repair: operation.repair }),
        ...(operation.waitFor === undefined ? {} : { waitFor: operation.waitFor }),
        ...(surroundings.vendorPlugin === undefined ? {} : { vendorPlugin: surroundings.vendorPlugin }),
        connection: operation.connection,
        pulumi,
        signal: surroundings.signal,
        onEvent: progress.onEvent,
      }),
    );
    return result;
  });
}

/** The caller's warm engine, or one for this call alone. Loaded only here: validation must not pay for it. */
export async function withEngine<T>(
  surroundings: Surroundings,
  use: (engine: Engine) => Promise<T>,
  runners = 1,
): Promise<T> {
  if (surroundings.engine !== undefined) return use(surroundings.engine);
  const { createEngine } = await import('../engine/engine.js');
  const engine = createEngine({ runners });
  try {
    // Not awaited: it warms while tools, keys and credentials are fetched; a failure shows in the run itself.
    engine.warm(runners).catch(() => undefined);
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** The pinned CLI. Found ones are not worth a line in every operation; fetching or building one is. */
async function pulumiPath(surroundings: Surroundings): Promise<string> {
  const { environment, onProgress, signal } = surroundings;
  try {
    return await toolPath('pulumi', { environment, signal });
  } catch (error) {
    if (!isTestbedError(error, 'ToolMissing')) throw error;
    return (await resolveTools(['pulumi'], { environment, onProgress, signal })).pulumi.path;
  }
}
