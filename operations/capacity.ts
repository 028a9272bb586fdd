import type { SizeName } from '../components/sizes';
import { text, type Text } from '../errors';
import { RESERVE_BYTES, freeBytes } from '../platform/cluster/storage/local-room';
import { POD_RANGE } from '../platform/cluster/config/real-node-facts';
import { addressesIn, observe, type Observation } from './capacity-cluster';
import { clusterDatabase, hostPools } from './capacity-host';
import { fitOf, poolsOf, type Fit, type NodeRoom, type OtherPool, type Pool, type Room } from './capacity-room';
import type { ClusterReference } from './records';
import { openSite, type Site } from './site';
import type { Surroundings } from './surroundings';
import { openTarget, type TargetOptions } from './target';

const SIZE_NAMES = ['small', 'medium', 'large'] as const satisfies readonly SizeName[];

export interface CapacityOptions extends TargetOptions {
  /** Only this size. Default: all. */
  readonly size?: SizeName | undefined;
  /** How often CPU, memory and storage may be promised. Default 1: every testbed can use all of its quota at the same time. */
  readonly overcommit?: number | undefined;
}

export interface UnknownResource {
  readonly resource: OtherPool;
  readonly why: Text;
}

export interface CapacityResult {
  readonly cluster: ClusterReference;
  readonly overcommit: number;
  readonly nodes: readonly NodeRoom[];
  /** Nodes that something new can run on, and how many of them only pretend to run it. */
  readonly usableNodes: number;
  readonly simulatedNodes: number;
  /** Testbeds that something is promised to, and pods of everybody. */
  readonly testbeds: number;
  readonly pods: number;
  readonly resources: readonly Pool[];
  /** What could not be looked at: it may run out first, and nobody would say so here. */
  readonly unknown: readonly UnknownResource[];
  readonly sizes: readonly Fit[];
}

/** What still fits on a cluster, by size, and what runs out first. Changes nothing. */
export async function capacity(options: CapacityOptions, surroundings: Surroundings): Promise<CapacityResult> {
  const site = openSite(surroundings.environment);
  const overcommit = options.overcommit ?? 1;
  const target = await openTarget(site, options, surroundings);
  try {
    const seen = await observeWithProgress(target.reader, surroundings);
    const onHost = target.reference.kind === 'embedded';
    const { others, unknown } = await otherPools(seen, { site, onHost, isReal: target.pins !== undefined });
    const room: Room = { ...seen, others };
    const usable = seen.nodes.filter((node) => node.unusable === undefined);
    const sizes = options.size === undefined ? SIZE_NAMES : [options.size];
    return {
      cluster: target.reference,
      overcommit,
      nodes: seen.nodes,
      usableNodes: usable.length,
      simulatedNodes: usable.filter(({ simulated }) => simulated).length,
      testbeds: seen.testbeds.length,
      pods: seen.pods,
      resources: poolsOf(room, overcommit),
      unknown,
      sizes: sizes.map((size) => fitOf(size, room, overcommit)),
    };
  } finally {
    await target.close();
  }
}

async function observeWithProgress(
  client: Parameters<typeof observe>[0],
  { onProgress, signal }: Surroundings,
): Promise<Observation> {
  const step = { id: 'capacity', title: text('what the cluster has and what is taken', '클러스터 자원과 사용량 확인') };
  onProgress({ ...step, state: 'start' });
  try {
    const seen = await observe(client, signal, (count) =>
      onProgress({ ...step, state: 'update', detail: text(`${count} pods`, `파드 ${count}개`) }),
    );
    onProgress({ ...step, state: 'done', detail: text(`${seen.pods} pods`, `파드 ${seen.pods}개`) });
    return seen;
  } catch (error) {
    onProgress({ ...step, state: 'failed' });
    throw error;
  }
}

type Known = Map<OtherPool, { readonly capacity: number; readonly used: number }>;

/** What is beside the nodes' own resources: of the embedded cluster's real node what this machine says, of others what their API server tells. */
async function otherPools(
  seen: Observation,
  { site, onHost, isReal }: { readonly site: Site; readonly onHost: boolean; readonly isReal: boolean },
): Promise<{ readonly others: Known; readonly unknown: readonly UnknownResource[] }> {
  const others: Known = new Map();
  const unknown: UnknownResource[] = [];
  const note = (resource: OtherPool, measured: { capacity: number; used: number } | undefined, why: Text): void => {
    if (measured === undefined) unknown.push({ resource, why });
    else others.set(resource, measured);
  };
  const taken = seen.testbeds.reduce((sum, { addresses }) => sum + addresses, seen.outside.addresses);
  const podRange = seen.podAddresses ?? (isReal ? addressesIn(POD_RANGE) - 3 : undefined);
  note(
    'pod-addresses',
    podRange === undefined ? undefined : { capacity: podRange, used: taken },
    onHost ? PRETENDED : text('the nodes name no range of addresses', '노드에 주소 범위가 지정되어 있지 않습니다'),
  );
  const services = seen.testbeds.reduce((sum, one) => sum + one.services.used, seen.outside.services);
  note(
    'service-addresses',
    seen.serviceAddresses === undefined ? undefined : { capacity: seen.serviceAddresses, used: services },
    text('the API server does not tell its range of addresses', 'API 서버가 주소 범위를 알려 주지 않습니다'),
  );
  note('volumes', isReal ? await volumeRoom(seen, site) : undefined, onHost ? PRETENDED : ELSEWHERE);
  note('cluster-database', onHost ? clusterDatabase(site.clusterDirectory) : undefined, ELSEWHERE);
  if (isReal) {
    const host = hostPools();
    note('host-memory', host.memory, UNTOLD);
    note('host-processes', host.processes, UNTOLD);
    note('host-watches', host.watches, UNTOLD);
  }
  return { others, unknown };
}

const PRETENDED = text('nodes are simulated and take none', '모의 노드는 사용하지 않습니다');
const ELSEWHERE = text("only the cluster's own operator sees it", '해당 클러스터의 운영자만 볼 수 있습니다');
const UNTOLD = text('this machine does not tell', '이 컴퓨터에서 알 수 없습니다');

/** The disk that volumes grow on: what they hold already and what is free beside the reserve. */
async function volumeRoom({ volumes }: Observation, site: Site): Promise<{ capacity: number; used: number }> {
  const used = volumes.reduce((sum, volume) => sum + (volume.used ?? 0), 0);
  const room = Math.max(0, (await freeBytes(site.clusterDirectory)) - RESERVE_BYTES);
  return { capacity: room + used, used };
}
