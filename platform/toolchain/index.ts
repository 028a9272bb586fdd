import { resolveTools } from './resolve';
import type { ToolchainOptions } from './settings';
import type { ToolName } from './tool';

export { listTools, type ToolRow } from './list';
export { resolveTools } from './resolve';
export type { ToolchainOptions } from './settings';
export type { ResolvedTool, ToolName } from './tool';
export { realNodeToolNames, requiredToolNames, toolNames } from './tools';
export { verifyTools, type VerifiedTool } from './verify';

/** Absolute path of one tool that is already there, on PATH or in the cache. Throws ToolMissing, naming where it may be put. */
export async function toolPath(name: ToolName, options: ToolchainOptions = {}): Promise<string> {
  const resolved = await resolveTools([name], { ...options, offline: true });
  return resolved[name].path;
}
