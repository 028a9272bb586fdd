import { ChildTimeout, runChild } from './child-process';
import type { Settings } from './settings';
import type { Tool } from './tool';
import { codeOf } from './tool-errors';

const OUTPUT_CHARACTERS = 64 * 1024;

/**
 * Runs the file to hear its version, such as `3.6.16` (without `v`). Undefined when it can't be run, fails, is silent,
 * says something else or takes longer than the limit. Rejects only when the work was aborted.
 */
export async function askVersion(
  tool: Tool,
  file: string,
  { environment, limits, signal }: Settings,
): Promise<string | undefined> {
  let output = '';
  try {
    const code = await runChild({
      command: file,
      args: tool.ask.args,
      callAs: tool.ask.callAs,
      environment: {
        PATH: environment['PATH'],
        HOME: environment['HOME'],
        // Else the Pulumi CLI asks its vendor for news, even for its version.
        PULUMI_SKIP_UPDATE_CHECK: 'true',
      },
      timeoutMs: limits.versionMs,
      signal,
      onLine: (line) => {
        if (output.length < OUTPUT_CHARACTERS) output += `${line}\n`;
      },
    });
    if (code !== 0) return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    const isNoProgram = ['ENOEXEC', 'EACCES', 'ENOENT', 'ENOTDIR', 'EPERM'].includes(codeOf(error) ?? '');
    if (isNoProgram || error instanceof ChildTimeout) return undefined;
    throw error;
  }
  return tool.ask.pattern.exec(output)?.[1]?.replace(/^v/, '');
}
