import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../engine/engine';
import { clusterDown, clusterUp } from '../operations/cluster';
import { sharedUp } from '../operations/shared';
import type { Surroundings } from '../operations/surroundings';
import type { NodesChoice } from '../platform/cluster/types';

export interface OwnCluster {
  readonly home: string;
  /** With an engine of so many runners, one of which is warm. */
  readonly surroundings: Surroundings;
}

export interface OwnClusterOptions {
  /** Default: three simulated ones. */
  readonly nodes?: NodesChoice;
  /** Of the engine; default 1. */
  readonly runners?: number;
}

/** Lets `use` measure on a site and cluster of its own, with fsync on and all that is shared installed; both end after it. */
export async function onOwnCluster<T>(
  say: (line: string) => void,
  use: (own: OwnCluster) => Promise<T>,
  { nodes = { kind: 'simulated', count: 3 }, runners = 1 }: OwnClusterOptions = {},
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'testbed-bench-'));
  const engine = createEngine({ runners });
  const surroundings: Surroundings = { ...quietSurroundings(home), engine };
  try {
    say('starting a cluster of its own');
    await clusterUp({ nodes }, surroundings);
    await sharedUp({}, surroundings);
    return await use({ home, surroundings });
  } finally {
    await engine.close();
    await clusterDown({ data: true }, surroundings);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Of a site at `home`: agrees to everything and shows nothing. */
export function quietSurroundings(home: string): Surroundings {
  return {
    environment: { ...process.env, TESTBED_HOME: home },
    cwd: home,
    now: () => new Date(),
    language: 'en',
    onProgress: () => undefined,
    onWarning: () => undefined,
    confirm: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
}
