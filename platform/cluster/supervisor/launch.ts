import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../../package/root';
import { logFile, type ClusterLayout } from '../layout';
import { fileError } from '../private-files';
import { ROLE_VARIABLE, TOKEN_VARIABLE } from '../processes/proof';

/** The built entry file: beside this one where this one is built, else in a build of the present sources. */
function entryFile(): string {
  const sibling = join(__dirname, 'supervisor-main.js');
  if (existsSync(sibling)) return sibling;
  const builder: unknown = createRequire(__filename)(join(packageRoot(), 'bin', 'build.cjs'));
  if (typeof builder !== 'object' || builder === null || !('build' in builder) || typeof builder.build !== 'function')
    throw new Error('bin/build.cjs does not export build()');
  const folder: unknown = builder.build();
  return join(String(folder), 'platform', 'cluster', 'supervisor', 'supervisor-main.js');
}

/** Starts the supervisor in a session of its own, so that it outlives the caller and its terminal. Resolves with its pid. */
export async function launchSupervisor(layout: ClusterLayout, token: string): Promise<number> {
  const path = logFile(layout, 'supervisor');
  let log: number;
  try {
    log = openSync(path, 'a', 0o600);
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    const child = spawn(process.execPath, [entryFile(), layout.directory], {
      cwd: layout.directory,
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        PATH: '/usr/bin:/bin',
        HOME: layout.directory,
        [TOKEN_VARIABLE]: token,
        [ROLE_VARIABLE]: 'supervisor',
      },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(log);
  }
}
