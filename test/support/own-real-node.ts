import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { isTestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient } from '../../kubernetes/types';
import { provideRealNode } from '../../operations/real-node-supplies';
import { openEmbeddedCluster, type ClusterStatus, type EmbeddedCluster } from '../../platform/cluster';
import { clusterLayout, type ClusterLayout } from '../../platform/cluster/layout';
import { resolveTools } from '../../platform/toolchain';
import { LACKING, NOT_RUN, readRealNodeRun, writeRealNodeRun } from './real-node-run';
import { realNodeSurroundings } from './real-node-surroundings';

/** A cluster with a real node of a test file's own: for what would disturb the others, such as its end. */
export interface OwnRealNode {
  readonly cluster: EmbeddedCluster;
  readonly layout: ClusterLayout;
  /** Reference of an image that it has, by name. */
  image(name: 'base' | 'postgres'): string;
  /** With all images, or all but one. */
  up(options?: { readonly without?: 'base' }): ReturnType<EmbeddedCluster['up']>;
  /** Runs `work` with all rights. */
  asAdmin<Result>(work: (admin: KubernetesClient) => Promise<Result>): Promise<Result>;
  status(): Promise<ClusterStatus>;
}

const START_MS = 50 * 60_000;
const END_MS = 3 * 60_000;

/** For a file below test/real-node. It is provided with tools and images, and not started yet; after the file's tests it is ended with its data. */
export function onOwnRealNode(): () => OwnRealNode {
  let opened: (OwnRealNode & { end(): Promise<void> }) | undefined;
  beforeAll(async () => {
    const run = readRealNodeRun();
    if (run.notRun !== undefined) return;
    try {
      opened = await openOwnRealNode();
    } catch (error) {
      if (!LACKING.some((code) => isTestbedError(error, code))) throw error;
      writeRealNodeRun({ ...run, notRun: isTestbedError(error) ? error.text.en : String(error) });
    }
  }, START_MS);
  beforeEach(({ skip }) => {
    const { notRun } = readRealNodeRun();
    if (notRun !== undefined) skip(NOT_RUN + notRun);
  });
  afterAll(async () => opened?.end(), END_MS);
  return () => {
    if (opened === undefined) throw new Error('the real node is open in tests only');
    return opened;
  };
}

async function openOwnRealNode(): Promise<OwnRealNode & { end(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'testbed-own-node-'));
  const surroundings = realNodeSurroundings(home);
  const supplies = await provideRealNode(false, surroundings);
  const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
  const control = await resolveTools(names, { environment: surroundings.environment });
  const directory = join(home, 'cluster');
  const cluster = openEmbeddedCluster({ directory });
  return {
    cluster,
    layout: clusterLayout(directory),
    image: (name) => {
      const found = supplies.realNode.images.find(({ reference }) => reference.includes(`/${name}@`));
      if (found === undefined) throw new Error(`the node has no image ${name}`);
      return found.reference;
    },
    up: ({ without } = {}) =>
      cluster.up({
        nodes: { kind: 'real' },
        tools: {
          etcd: control.etcd.path,
          'kube-apiserver': control['kube-apiserver'].path,
          'kube-controller-manager': control['kube-controller-manager'].path,
          'kube-scheduler': control['kube-scheduler'].path,
          ...supplies.tools,
        },
        realNode: {
          ...supplies.realNode,
          images: supplies.realNode.images.filter(
            ({ reference }) => without === undefined || !reference.includes(`/${without}@`),
          ),
        },
      }),
    asAdmin: async (work) => {
      const admin = createClient(await cluster.connection('admin'));
      try {
        return await work(admin);
      } finally {
        await admin.close();
      }
    },
    status: () => cluster.status(),
    end: async () => {
      await cluster.down({ destroy: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
