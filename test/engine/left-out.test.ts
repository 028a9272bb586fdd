import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtFile } from '../support/built-file';

/** What a fresh process says that loads the SDK as a runner does. */
function inFreshProcess(words: string): unknown {
  const script = `
    const { loadSdk } = require(${JSON.stringify(builtFile('engine/program-host'))});
    loadSdk();
    const load = require('node:module').createRequire(${JSON.stringify(builtFile('engine/program-host'))});
    const loaded = () => Object.keys(load.cache);
    process.stdout.write(JSON.stringify(${words}));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 60_000 }));
}

describe('what the SDK only needs to serialise functions', () => {
  it('is not loaded: no compiler and no package manager', () => {
    const names = inFreshProcess('loaded()');
    expect(names).toContainEqual(expect.stringContaining('/@pulumi/pulumi/runtime/closure/parseFunction.js'));
    expect(names).not.toContainEqual(expect.stringMatching(/\/typescript\.js$/));
    expect(names).not.toContainEqual(expect.stringMatching(/\/@npmcli\/arborist\/lib\/arborist\//));
  });

  it('says why a program fails that asks for it all the same', () => {
    const said = inFreshProcess(
      `(() => { try { return load('@pulumi/pulumi/typescript-shim').createSourceFile('a', ''); } catch (error) { return error.message; } })()`,
    );
    expect(said).toBe(
      '@pulumi/pulumi/typescript-shim is left out: a program here cannot have its functions serialised (createSourceFile)',
    );
  });
});
