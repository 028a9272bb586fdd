import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { packageRoot } from '../package/root';

/**
 * The built file of a source file, for threads that Node starts itself: `built('engine/runner-main')`. Called from built files it
 * is their sibling; called from the sources (a test) the present state of the sources is built first.
 */
export function built(source: string): string {
  const root = packageRoot();
  const store = join(root, '.build') + sep;
  if (__dirname.startsWith(store)) {
    const hash = __dirname.slice(store.length).split(sep)[0] ?? '';
    return join(store, hash, `${source}.js`);
  }
  const builder: unknown = createRequire(join(root, 'package.json'))('./bin/build.cjs');
  return join(build(builder), `${source}.js`);
}

function build(builder: unknown): string {
  if (typeof builder === 'object' && builder !== null && 'build' in builder && typeof builder.build === 'function') {
    const folder: unknown = builder.build();
    if (typeof folder === 'string') return folder;
  }
  throw new Error('bin/build.cjs exports no build() that answers a folder');
}
