import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';

/** Path of a built file of the sources, such as `host/file-lock.js`: what a process of its own can run. */
export function builtFile(...path: readonly string[]): string {
  // Trusted: our own build file.
  const { build }: { build: () => string } = createRequire(__filename)(join(packageRoot(), 'bin', 'build.cjs'));
  return join(build(), ...path);
}
