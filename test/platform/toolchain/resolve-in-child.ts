import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ToolchainOptions } from '../../../platform/toolchain';
import { builtFile } from '../../support/built-file';

/** Resolves kubectl in a process of its own, from the built files; `result` is its source, or the error's code and message. */
export function resolveInChild(options: ToolchainOptions): ChildProcess & { result: () => Promise<string> } {
  const program = `
    const { resolveTools } = require(${JSON.stringify(builtFile('platform', 'toolchain'))});
    resolveTools(['kubectl'], ${JSON.stringify(options)}).then(
      ({ kubectl }) => console.log(kubectl.source),
      (error) => console.log(error.code, error.message),
    );`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return Object.assign(child, {
    result: async () => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      return output.trim();
    },
  });
}
