import {
  listTools,
  realNodeToolNames,
  requiredToolNames,
  resolveTools,
  toolPath,
  verifyTools,
} from '../platform/toolchain';
import type { ResolvedTool, ToolName, ToolRow, ToolchainOptions, VerifiedTool } from '../platform/toolchain';
import type { Surroundings } from './surroundings';

export interface ToolsListResult {
  readonly tools: readonly ToolRow[];
}

/** Every tool with its pinned version and where it was found. Fetches nothing. */
export async function toolsList(surroundings: Surroundings): Promise<ToolsListResult> {
  return { tools: await listTools(settings(surroundings)) };
}

export interface ToolsInstallOptions {
  /** One tool, or all that a real node runs. Default: what the platform itself needs; kubectl comes only when it is named. */
  readonly which?: ToolName | 'real-node' | undefined;
  /** Fetch and build nothing; throw ToolMissing that names what is missing and where to put it. */
  readonly offline?: boolean | undefined;
}

export interface ToolsInstallResult {
  readonly tools: readonly ResolvedTool[];
}

/** Provides the tools from PATH, cache, download or build. */
export async function toolsInstall(
  options: ToolsInstallOptions,
  surroundings: Surroundings,
): Promise<ToolsInstallResult> {
  const names = namesOf(options.which);
  const resolved = await resolveTools(names, { ...settings(surroundings), offline: options.offline ?? false });
  return { tools: names.map((name) => resolved[name]) };
}

function namesOf(which: ToolsInstallOptions['which']): readonly ToolName[] {
  if (which === undefined) return requiredToolNames;
  return which === 'real-node' ? realNodeToolNames : [which];
}

export interface ToolsVerifyResult {
  /** Those that the cache holds; all of them are whole. */
  readonly tools: readonly VerifiedTool[];
}

/** Reads every cached tool again and compares it with what was recorded. Throws ToolDamaged. */
export async function toolsVerify(surroundings: Surroundings): Promise<ToolsVerifyResult> {
  return { tools: await verifyTools(settings(surroundings)) };
}

export interface ToolsPathResult {
  readonly name: ToolName;
  /** Absolute. */
  readonly path: string;
}

/** Where one tool is. Fetches nothing; throws ToolMissing. */
export async function toolsPath(
  options: { readonly name: ToolName },
  surroundings: Surroundings,
): Promise<ToolsPathResult> {
  const { environment, signal } = surroundings;
  return { name: options.name, path: await toolPath(options.name, { environment, signal }) };
}

function settings({ environment, onProgress, signal }: Surroundings): ToolchainOptions {
  return { environment, onProgress, signal };
}
