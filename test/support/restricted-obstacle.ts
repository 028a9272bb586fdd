import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';

/** Why there is no real node, as a process is told that may do less than this one; `possible` where nothing is in the way. Both need root. */
export function toldWithout(capability: string): string {
  return told(['setpriv', '--bounding-set', `-${capability}`], '');
}

export function toldAs(uid: number): string {
  // After the program is loaded: its files may be readable for root only.
  return told(['env'], `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`);
}

function told([file = '', ...args]: readonly string[], first: string): string {
  const builder = createRequire(__filename)(join(packageRoot(), 'bin', 'build.cjs')) as { build(): string };
  const program = `
    const { realNodeObstacle } = require(${JSON.stringify(join(builder.build(), 'platform', 'cluster', 'index.js'))});
    ${first}
    realNodeObstacle().then((obstacle) => process.stdout.write(obstacle?.en ?? 'possible'));`;
  return execFileSync(file, [...args, process.execPath, '-e', program], { encoding: 'utf8', timeout: 60_000 });
}
