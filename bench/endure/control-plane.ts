import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../engine/engine';
import type { Engine } from '../../engine/types';
import { clusterDown, clusterUp } from '../../operations/cluster';
import { sharedUp } from '../../operations/shared';
import { openEmbeddedCluster } from '../../platform/cluster';
import { toolPath } from '../../platform/toolchain';
import { openPlace, type Place } from '../faults/place';
import { quietSurroundings } from '../own-cluster';

/** How long a place is used before it is opened anew, in milliseconds: the administrator's certificate lasts an hour. */
const CREDENTIAL_MS = 40 * 60_000;

/** Opens a site of its own on the control plane, under a name that no other one has. */
export type Open = (name: string) => Promise<Place>;

/** The suite's own control plane with simulated nodes, and everything that testbeds share on it; stays until `endControlPlane`. */
export async function onControlPlane(
  folder: string,
  /** Called again and again, each time with a fresh credential, until it says that it is done. Places end after each call. */
  use: (open: Open, isSpent: () => boolean, engine: Engine) => Promise<'done' | 'more'>,
  runners = 1,
): Promise<void> {
  const home = join(folder, 'cluster-site');
  mkdirSync(home, { recursive: true });
  const engine = createEngine({ runners });
  const surroundings = { ...quietSurroundings(home), engine };
  try {
    await clusterUp({ nodes: { kind: 'simulated', count: 3 } }, surroundings);
    await sharedUp({}, surroundings);
    const pulumi = await toolPath('pulumi', { environment: surroundings.environment });
    const cluster = openEmbeddedCluster({ directory: clusterDirectory(folder) });
    for (let said = 'more'; said === 'more';) {
      const connection = await cluster.connection('admin');
      const opened = performance.now();
      await using places = new AsyncDisposableStack();
      const open: Open = async (name) =>
        places.use(await openPlace({ folder: join(folder, `${name}-${Date.now()}`), connection, pulumi, engine }));
      said = await use(open, () => performance.now() - opened > CREDENTIAL_MS, engine);
    }
  } finally {
    await engine.close();
  }
}

/** The folder of the suite's embedded cluster. */
export function clusterDirectory(folder: string): string {
  return join(folder, 'cluster-site', 'clusters', 'embedded');
}

/** Ends the control plane with all data. */
export async function endControlPlane(folder: string): Promise<void> {
  const home = join(folder, 'cluster-site');
  if (existsSync(home)) await clusterDown({ data: true }, quietSurroundings(home));
}
