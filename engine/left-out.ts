import { Module, createRequire } from 'node:module';

/** What the SDK imports only to turn functions into text (dynamic providers, serverless callbacks), which no program of ours does: 50 MB and 0.4 s of each runner. */
const UNUSED = ['@pulumi/pulumi/typescript-shim', '@npmcli/arborist'] as const;

const load = createRequire(__filename);

/**
 * Keeps a compiler and a package manager out of the thread: the SDK gets empty modules in their place. Whoever uses them all the same is told why that
 * fails. Does nothing for what is loaded already.
 */
export function leaveOutUnused(): void {
  // The one that the SDK itself would find.
  const fromSdk = createRequire(load.resolve('@pulumi/pulumi'));
  for (const name of UNUSED) {
    const path = fromSdk.resolve(name);
    if (load.cache[path] !== undefined) continue;
    const module = new Module(path);
    module.filename = path;
    module.loaded = true;
    module.exports = standIn(name);
    load.cache[path] = module;
  }
}

function standIn(name: string): object {
  return new Proxy(
    {},
    {
      get: (_, property) => {
        // What importing asks of every module.
        if (typeof property === 'symbol' || property === '__esModule' || property === 'then') return undefined;
        throw new Error(`${name} is left out: a program here cannot have its functions serialised (${property})`);
      },
    },
  );
}
