import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../engine/engine';
import { clusterDown, clusterUp } from '../../operations/cluster';
import { sharedUp } from '../../operations/shared';
import { openEmbeddedCluster } from '../../platform/cluster';
import { toolPath } from '../../platform/toolchain';
import { openPlace, type Place } from '../faults/place';
import { quietSurroundings } from '../own-cluster';

/** How long a place is used before it is opened anew, in milliseconds: the administrator's certificate lasts an hour. */
const CREDENTIAL_MS = 40 * 60_000;

/** The suite's own control plane with simulated nodes, and everything that testbeds share on it; stays until `endControlPlane`. */
export async function onControlPlane(
  folder: string,
  /** Called again and again, each time with a fresh credential, until it says that it is done. */
  use: (place: Place, isSpent: () => boolean) => Promise<'done' | 'more'>,
): Promise<void> {
  const home = join(folder, 'cluster-site');
  mkdirSync(home, { recursive: true });
  const engine = createEngine({ runners: 1 });
  const surroundings = { ...quietSurroundings(home), engine };
  try {
    await clusterUp({ nodes: { kind: 'simulated', count: 3 } }, surroundings);
    await sharedUp({}, surroundings);
    const pulumi = await toolPath('pulumi', { environment: surroundings.environment });
    for (let turn = 1, said = 'more'; said === 'more'; turn += 1) {
      const connection = await openEmbeddedCluster({ directory: join(home, 'clusters', 'embedded') }).connection(
        'admin',
      );
      const opened = performance.now();
      await using place = await openPlace({
        folder: join(folder, `place-${Date.now()}-${turn}`),
        connection,
        pulumi,
        engine,
      });
      said = await use(place, () => performance.now() - opened > CREDENTIAL_MS);
    }
  } finally {
    await engine.close();
  }
}

/** Ends the control plane with all data. */
export async function endControlPlane(folder: string): Promise<void> {
  const home = join(folder, 'cluster-site');
  if (existsSync(home)) await clusterDown({ data: true }, quietSurroundings(home));
}
