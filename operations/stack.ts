import type {
  Engine,
  EngineEvent,
  OperationKind,
  OperationResult,
  ProgramReference,
  ResourceOperation,
} from '../engine/types';
import type { ClusterConnection } from '../kubernetes/types';
import { resolveTools, toolPath } from '../platform/toolchain';
import { isTestbedError, text, verbatim, type Text } from '../errors';
import type { Site } from './site';
import type { Surroundings } from './surroundings';

export interface StackOperation {
  readonly kind: OperationKind;
  readonly stack: string;
  readonly program?: ProgramReference;
  readonly connection: ClusterConnection;
  readonly previewNamespace?: string;
}

/**
 * Runs one engine operation on one stack: finds the pinned `pulumi`, opens the stack's data key, passes events on as progress.
 * The engine starts while tool and key are looked up; it is the caller's when the surroundings bring one.
 */
export async function runOnStack(
  site: Site,
  operation: StackOperation,
  surroundings: Surroundings,
): Promise<OperationResult> {
  return withEngine(surroundings, async (engine) => {
    const { openDataKeys } = await import('../engine/data-keys.js');
    const [pulumi, dataKey] = await Promise.all([
      pulumiPath(surroundings),
      openDataKeys({ directory: site.keysDirectory }).forStack(operation.stack),
    ]);
    const result = await engine.run({
      kind: operation.kind,
      stack: { name: operation.stack, stateDirectory: site.stateDirectory, dataKey },
      ...(operation.program === undefined ? {} : { program: operation.program }),
      ...(operation.previewNamespace === undefined ? {} : { previewNamespace: operation.previewNamespace }),
      connection: operation.connection,
      pulumi,
      signal: surroundings.signal,
      onEvent: progressOf(surroundings),
    });
    for (const warning of result.warnings) surroundings.onWarning(verbatim(warning));
    return result;
  });
}

/** The caller's warm engine, or one for this call alone. Loaded only here: validation must not pay for it. */
export async function withEngine<T>(surroundings: Surroundings, use: (engine: Engine) => Promise<T>): Promise<T> {
  if (surroundings.engine !== undefined) return use(surroundings.engine);
  const { createEngine } = await import('../engine/engine.js');
  const engine = createEngine({ runners: 1 });
  try {
    // Not awaited: it warms while tools, keys and credentials are fetched; a failure shows in the run itself.
    engine.warm(1).catch(() => undefined);
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** Engine events as steps: one an object, with what it waits for as its detail. */
function progressOf(surroundings: Surroundings): (event: EngineEvent) => void {
  const names = new Map<string, string>();
  return (event) => {
    if (event.type === 'status') {
      surroundings.onProgress({
        id: `object:${event.urn}`,
        state: 'update',
        title: verbatim(names.get(event.urn) ?? nameOfUrn(event.urn)),
        detail: verbatim(event.message),
      });
      return;
    }
    if (event.type === 'diagnostic') {
      if (event.severity === 'warning') surroundings.onWarning(verbatim(event.message));
      return;
    }
    const title = changeTitle(event.operation, `${kindOf(event.resourceType)} ${event.name}`);
    if (title === undefined || !event.resourceType.startsWith('kubernetes:')) return;
    names.set(event.urn, event.name);
    surroundings.onProgress({
      id: `object:${event.urn}`,
      state: event.state,
      title,
      ...(event.elapsedMs === undefined ? {} : { elapsedMs: event.elapsedMs }),
    });
  };
}

/** undefined for what only looks: hundreds of unchanged objects are no news. */
function changeTitle(operation: ResourceOperation, object: string): Text | undefined {
  switch (operation) {
    case 'create':
      return text(`create ${object}`, `${object} 생성`);
    case 'update':
      return text(`update ${object}`, `${object} 변경`);
    case 'replace':
      return text(`replace ${object}`, `${object} 교체`);
    case 'delete':
      return text(`end ${object}`, `${object} 종료`);
    case 'same':
    case 'read':
    case 'refresh':
      return undefined;
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

function kindOf(resourceType: string): string {
  return resourceType.slice(resourceType.lastIndexOf(':') + 1);
}

function nameOfUrn(urn: string): string {
  return urn.slice(urn.lastIndexOf('::') + 2);
}
