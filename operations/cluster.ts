import { SHARED_STACK } from '../components/vocabulary';
import type { ClusterConnection } from '../kubernetes/types';
import { writeKubeconfig } from '../kubernetes/kubeconfig';
import { openEmbeddedCluster } from '../platform/cluster';
import type {
  ClusterStatus,
  ClusterUpOptions as EmbeddedUpOptions,
  EmbeddedCluster,
  NodesChoice,
} from '../platform/cluster';
import { resolveTools } from '../platform/toolchain';
import { TestbedError, text, type Text } from '../errors';
import { forgetStack } from './forget-stack';
import { decideNodes, type NodesWish } from './nodes-decision';
import type { TestbedRecord } from './records';
import { openSite, prepareSite } from './site';
import { openStoredSite, type StoredSite } from './stored-site';
import type { Surroundings } from './surroundings';

export interface ClusterUpOptions {
  readonly nodes: NodesWish;
  /** Tools and images only from PATH and cache. */
  readonly offline?: boolean | undefined;
  /** Choose new ports where another program holds the remembered ones. */
  readonly newPorts?: boolean | undefined;
}

export interface ClusterUpResult {
  readonly outcome: 'started' | 'unchanged' | 'repaired';
  readonly status: ClusterStatus;
  /** Why nodes are simulated though `auto` was asked for; undefined when that is not so. */
  readonly simulatedBecause: Text | undefined;
}

/**
 * Prepares tools and images and starts the embedded cluster; changes nothing when it runs already. Asks before Debian packages are downloaded
 * for the first time.
 */
export async function clusterUp(options: ClusterUpOptions, surroundings: Surroundings): Promise<ClusterUpResult> {
  const site = prepareSite(surroundings.environment);
  const { onProgress, signal } = surroundings;
  const offline = options.offline === true;
  const cluster = openEmbeddedCluster({ directory: site.clusterDirectory });
  const grounds = { known: await nodesOf(cluster), directory: site.clusterDirectory, offline };
  const decision = await decideNodes(options.nodes, grounds, surroundings);
  const { nodes, instead, realNode } = decision;
  if (instead !== undefined) surroundings.onWarning(simulatedWarning(instead));
  const { outcome, status } = await cluster.up({
    nodes,
    tools: { ...(await controlPlaneTools(nodes, offline, surroundings)), ...decision.tools },
    ...(realNode === undefined ? {} : { realNode }),
    ...(options.newPorts === undefined ? {} : { newPorts: options.newPorts }),
    onProgress,
    signal,
  });
  return { outcome, status, simulatedBecause: instead };
}

/** The nodes that a cluster has, running or not; undefined where there is no cluster. */
async function nodesOf(cluster: EmbeddedCluster): Promise<NodesChoice | undefined> {
  const { state, nodes } = await cluster.status();
  return state === 'absent' ? undefined : nodes;
}

function simulatedWarning(why: Text): Text {
  return text(
    `nodes are simulated, workloads will look ready and not run: ${why.en}`,
    `모의 노드를 사용하므로 워크로드가 실제로 실행되지 않습니다: ${why.ko}`,
  );
}

async function controlPlaneTools(
  nodes: NodesChoice,
  offline: boolean,
  { environment, onProgress, signal }: Surroundings,
): Promise<EmbeddedUpOptions['tools']> {
  const tools = await resolveTools(
    [
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      ...(nodes.kind === 'simulated' ? (['kwok'] as const) : []),
    ],
    { environment, onProgress, signal, offline },
  );
  return {
    etcd: tools.etcd.path,
    'kube-apiserver': tools['kube-apiserver'].path,
    'kube-controller-manager': tools['kube-controller-manager'].path,
    'kube-scheduler': tools['kube-scheduler'].path,
    ...('kwok' in tools ? { kwok: tools.kwok.path } : {}),
  };
}

export interface ClusterDownOptions {
  /** Also ends the cluster's data, testbeds and audit log included. */
  readonly data?: boolean | undefined;
  /** Says that the data stays, which is the default. Together with `data` it is a mistake. */
  readonly keepData?: boolean | undefined;
}

export interface ClusterDownResult {
  readonly outcome: 'stopped' | 'unchanged';
  readonly data: 'kept' | 'ended';
}

/** Stops every process of the embedded cluster. Its data stays unless `data` is asked for, which is confirmed first. */
export async function clusterDown(options: ClusterDownOptions, surroundings: Surroundings): Promise<ClusterDownResult> {
  const destroy = options.data === true;
  if (destroy && options.keepData === true)
    throw new TestbedError(
      'UsageWrong',
      text(
        '--data ends the data and --keep-data keeps it: give one of them',
        '--data는 데이터를 종료하고 --keep-data는 보존합니다. 둘 중 하나만 지정하세요',
      ),
    );
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  if (destroy) {
    const standing = (await site.records.list()).filter(isEmbedded).length;
    await surroundings.confirm(
      text(
        `end the embedded cluster with all its data, its audit log and ${standing} testbeds?`,
        `내장 클러스터를 모든 데이터, 감사 로그, 테스트베드 ${standing}개와 함께 종료할까요?`,
      ),
    );
  }
  const { outcome } = await openEmbeddedCluster({ directory: site.clusterDirectory }).down({
    destroy,
    onProgress: surroundings.onProgress,
  });
  if (destroy) await forgetAll(site, surroundings.now());
  return { outcome, data: destroy ? 'ended' : 'kept' };
}

/** What was recorded of a cluster that is no more would pass for true on the next one. */
async function forgetAll(site: StoredSite, now: Date): Promise<void> {
  const { records } = site;
  const forget = (stack: string): Promise<void> => forgetStack(site, stack, 'everything');
  for (const { name } of (await records.list()).filter(isEmbedded)) {
    const record = await records.find(name);
    if (record === undefined) continue;
    await records.end({ ...record, infrastructure: 'destroyed', changedAt: now.toISOString() });
    await forget(record.id);
  }
  // Testbeds that still stand are on an existing cluster, and so is what they share.
  if ((await records.list()).length === 0) await forget(SHARED_STACK);
}

function isEmbedded({ cluster }: TestbedRecord): boolean {
  return cluster.kind === 'embedded';
}

export async function clusterStatus(surroundings: Surroundings): Promise<ClusterStatus> {
  return openEmbeddedCluster({ directory: openSite(surroundings.environment).clusterDirectory }).status();
}

export interface ClusterKubeconfigResult {
  readonly identity: 'operator' | 'admin';
  /** The kubeconfig itself: it holds a private key. */
  readonly kubeconfig: string;
}

/** A kubeconfig of the read-only operator, or with `admin` of the administrator for an hour; the API server's audit log has every use. */
export async function clusterKubeconfig(
  options: { readonly admin?: boolean | undefined },
  surroundings: Surroundings,
): Promise<ClusterKubeconfigResult> {
  const identity = options.admin === true ? 'admin' : 'operator';
  const cluster = openEmbeddedCluster({ directory: openSite(surroundings.environment).clusterDirectory });
  const connection: ClusterConnection = await cluster.connection(identity);
  if (identity === 'admin')
    surroundings.onWarning(
      text(
        'this kubeconfig has all rights for one hour; every use is in the audit log',
        '이 kubeconfig는 1시간 동안 모든 권한을 가지며, 모든 사용이 감사 로그에 남습니다',
      ),
    );
  return { identity, kubeconfig: writeKubeconfig({ connection, context: `testbed-${identity}` }) };
}
