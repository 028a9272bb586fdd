import { readiness } from '../kubernetes/readiness';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import type { Text } from '../errors';
import { isTestbedError, verbatim } from '../errors';
import { recordOf } from './known';
import type { TestbedRecord } from './records';
import { openSite } from './site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';
import { volumesInUse, type VolumeUse } from './volumes';

export interface ShowOptions extends TargetOptions {
  readonly name: string;
}

export interface ShownObject {
  readonly kind: string;
  readonly name: string;
  readonly state: 'ready' | 'waiting' | 'failed';
  readonly reason?: Text;
}

export interface ShowResult {
  readonly testbed: TestbedRecord;
  /** Whole days until the end date; negative when it is over. */
  readonly daysLeft: number;
  /** undefined when the cluster could not be asked. */
  readonly live:
    | {
        readonly workloads: readonly ShownObject[];
        readonly quota: readonly QuotaUse[];
        /** Of a real node; empty on others. */
        readonly volumes: readonly VolumeUse[];
        readonly simulatedNodes: boolean;
      }
    | undefined;
}

export interface QuotaUse {
  readonly resource: string;
  readonly used: string;
  readonly hard: string;
}

const SHOWN_KINDS: readonly (readonly [string, string])[] = [
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'Deployment'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Pod'],
];

/** What is known of a testbed and how it is now. */
export async function show(options: ShowOptions, surroundings: Surroundings): Promise<ShowResult> {
  const site = openSite(surroundings.environment);
  const testbed = await recordOf(site, options.name, surroundings);
  const daysLeft =
    Math.floor((Date.parse(`${testbed.ends}T00:00:00Z`) - surroundings.now().getTime()) / 86_400_000) + 1;
  try {
    const target = await openTarget(
      site,
      { ...options, context: options.context ?? testbed.cluster.context },
      surroundings,
    );
    try {
      requireSameCluster(testbed.name, testbed.cluster, target);
      return { testbed, daysLeft, live: await look(target.reader, testbed.id) };
    } finally {
      await target.close();
    }
  } catch (error) {
    // The record is worth showing without its cluster; `live` says that nobody was asked.
    if (isTestbedError(error, 'ClusterNotRunning') || isTestbedError(error, 'KubernetesUnreachable'))
      return { testbed, daysLeft, live: undefined };
    throw error;
  }
}

async function look(client: KubernetesClient, namespace: string): Promise<ShowResult['live']> {
  const [workloads, quota, volumes, simulatedNodes] = await Promise.all([
    Promise.all(SHOWN_KINDS.map(([apiVersion, kind]) => collect(client.list(apiVersion, kind, { namespace })))),
    collect(client.list('v1', 'ResourceQuota', { namespace })),
    volumesInUse(client, namespace),
    hasSimulatedNodes(client),
  ]);
  return { workloads: workloads.flat().map(shown), quota: quota.flatMap(quotaUse), volumes, simulatedNodes };
}

async function collect(objects: AsyncIterable<KubernetesObject>): Promise<KubernetesObject[]> {
  const all: KubernetesObject[] = [];
  for await (const one of objects) all.push(one);
  return all;
}

async function hasSimulatedNodes(client: KubernetesClient): Promise<boolean> {
  for await (const _node of client.list('v1', 'Node', {
    labelSelector: 'testbed.io/simulated=true',
    metadataOnly: true,
    limit: 1,
  }))
    return true;
  return false;
}

function shown(object: KubernetesObject): ShownObject {
  const verdict = readiness(object);
  const { kind } = object;
  const { name } = object.metadata;
  return verdict.state === 'ready'
    ? { kind, name, state: 'ready' }
    : { kind, name, state: verdict.state, reason: verdict.reason ?? verbatim('') };
}

/** What the testbed as a whole may use; a quota of some pods only (scoped) would tell another figure of the same name. */
function quotaUse(quota: KubernetesObject): QuotaUse[] {
  const spec = quota['spec'];
  if (typeof spec === 'object' && spec !== null && ('scopes' in spec || 'scopeSelector' in spec)) return [];
  const status = quota['status'];
  if (typeof status !== 'object' || status === null || !('hard' in status) || !('used' in status)) return [];
  const { hard, used } = status;
  if (typeof hard !== 'object' || hard === null || typeof used !== 'object' || used === null) return [];
  const usedBy = new Map<string, unknown>(Object.entries(used));
  return Object.entries(hard).map(([resource, limit]) => ({
    resource,
    hard: quantityText(limit),
    used: quantityText(usedBy.get(resource)),
  }));
}

/** The API writes quantities as text; one that is missing is nothing. */
function quantityText(quantity: unknown): string {
  return typeof quantity === 'string' ? quantity : '0';
}
