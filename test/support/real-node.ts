import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { isTestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import { stringsAt } from '../../kubernetes/json';
import type { KubernetesClient } from '../../kubernetes/types';
import { clusterUp } from '../../operations/cluster';
import { down } from '../../operations/down';
import { sharedUp } from '../../operations/shared';
import type { Surroundings } from '../../operations/surroundings';
import { upSpec, type UpResult } from '../../operations/up';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../platform/cluster';
import { resolveTools } from '../../platform/toolchain';
import { finished, type Finished } from '../scripts/run-cli';
import { LACKING, NOT_RUN, readRealNodeRun, writeRealNodeRun, type RealNodeRun } from './real-node-run';
import { realNodeSurroundings } from './real-node-surroundings';
import { withRecords } from './site-records';
import { specOf } from './specs';

/** The run's real node, as the site that has it sees it. */
export interface RealNode {
  readonly home: string;
  readonly surroundings: Surroundings;
  readonly cluster: EmbeddedCluster;
  /** All rights, for an hour. */
  readonly admin: KubernetesClient;
  /** The host's end of the link to the node, at which pods find the API server; undefined where the API server names none. */
  hostAddress(): Promise<string | undefined>;
  /** Provisions a testbed; what still stands after the file's last test is ended. */
  up(fields: { readonly name: string; readonly [field: string]: unknown }): Promise<UpResult>;
  down(name: string): Promise<void>;
  /** Runs a command in a container by way of API server and kubelet, at most `seconds` (default 60); `input` goes to its standard input. */
  inPod(
    place: PodPlace,
    command: readonly string[],
    options?: { readonly input?: string; readonly seconds?: number },
  ): Promise<Finished>;
}

export interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
}

export interface OpenRealNode {
  /** Throws outside of tests and hooks. */
  (): RealNode;
  /** For hooks of the file: false where its tests are not run. */
  runs(): boolean;
}

/** Tools and images may have to be built first: that takes long, once a machine. */
const START_MS = 50 * 60_000;
const END_MS = 10 * 60_000;

/**
 * For a file below test/real-node: starts the run's node before its first test where it does not run yet. Where this machine can have none, each
 * test of the file is reported as not run, with the reason. Call it outside of tests, and what it returns within.
 */
export function onRealNode(): OpenRealNode {
  let opened: (RealNode & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    const run = readRealNodeRun();
    if (run.notRun !== undefined) return;
    try {
      opened = await openRealNode(run);
    } catch (error) {
      if (!LACKING.some((code) => isTestbedError(error, code))) throw error;
      // The next files need not try again.
      writeRealNodeRun({ ...run, notRun: isTestbedError(error) ? error.text.en : String(error) });
    }
  }, START_MS);
  beforeEach(({ skip }) => {
    const { notRun } = readRealNodeRun();
    if (notRun !== undefined) skip(NOT_RUN + notRun);
  });
  afterAll(async () => opened?.close(), END_MS);
  const node = (): RealNode => {
    if (opened === undefined) throw new Error('the real node is open in tests only');
    return opened;
  };
  return Object.assign(node, { runs: () => opened !== undefined });
}

async function openRealNode({ home, prepared }: RealNodeRun): Promise<RealNode & { close(): Promise<void> }> {
  const surroundings = realNodeSurroundings(home);
  if (prepared !== true) await clusterUp({ nodes: { kind: 'real' } }, surroundings);
  await sharedUp({}, surroundings);
  const cluster = openEmbeddedCluster({ directory: join(home, 'clusters', 'embedded') });
  const connection = await cluster.connection('admin');
  const admin = createClient(connection);
  const kubeconfig = join(home, 'admin.kubeconfig');
  writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'testbed-admin' }), { mode: 0o600 });
  const { kubectl } = await resolveTools(['kubectl'], { environment: surroundings.environment });
  const end = async (name: string): Promise<void> => void (await down({ name }, surroundings));
  return {
    home,
    surroundings,
    cluster,
    admin,
    hostAddress: async () => {
      for await (const { endpoints } of admin.list('discovery.k8s.io/v1', 'EndpointSlice', { namespace: 'default' }))
        for (const address of stringsAt(Array.isArray(endpoints) ? endpoints[0] : undefined, 'addresses'))
          return address;
      return undefined;
    },
    up: (fields) => upSpec(specOf(fields), {}, surroundings),
    down: end,
    inPod: ({ namespace, pod, container }, command, { input = '', seconds = 60 } = {}) => {
      const which = container === undefined ? [] : ['--container', container];
      const running = spawn(
        kubectl.path,
        ['--kubeconfig', kubeconfig, '--namespace', namespace, 'exec', '--stdin', pod, ...which, '--', ...command],
        { stdio: ['pipe', 'pipe', 'pipe'], timeout: seconds * 1000 },
      );
      running.stdin.write(input);
      return finished(running);
    },
    close: async () => {
      try {
        for (const { name } of await withRecords(home, (records) => records.list())) await end(name);
      } finally {
        await admin.close();
      }
    },
  };
}
