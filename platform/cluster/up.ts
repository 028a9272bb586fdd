import { isDeepStrictEqual } from 'node:util';
import { rmSync } from 'node:fs';
import { TestbedError, text } from '../../errors';
import { ensureConfigFiles } from './config/config-files';
import { realNodeConfigs } from './config/real-node-configs';
import { nodePaths } from './config/real-node-facts';
import { serverAddress } from './kept-connection';
import { clusterFolders, type ClusterLayout } from './layout';
import { clusterStatus, hasFreshHeartbeat, isHealthy, observe, type Observation } from './observation';
import { realNodeFacts, realNodePrograms } from './nodes/real/facts';
import { importLive, withOtherImages } from './nodes/real/live-images';
import { chooseNetwork } from './nodes/real/network';
import { ensureKeys } from './pki/keys';
import { choosePorts, requireFreePorts } from './ports';
import { ensurePrivateFolder, readSmallFile, requireSafeParent, writePrivateFile } from './private-files';
import { proveOwn } from './processes/proof';
import { withLock } from './processes/lock';
import { TOTAL_STEPS, waitUntilReady } from './readiness';
import {
  DEFAULT_SWITCHES,
  ensureInstance,
  readRecord,
  writeRecord,
  type ClusterRecord,
  type ClusterSwitches,
  type RealNodeRecord,
} from './record/cluster-record';
import { stopAll } from './stopping';
import { launchSupervisor } from './supervisor/launch';
import type { ClusterStatus, ClusterUpOptions, NodesChoice } from './types';

const LOCK_WAIT_MS = 150_000;
const DEFAULT_NODES: NodesChoice = { kind: 'simulated', count: 3 };

export interface UpSettings {
  readonly switches: Partial<ClusterSwitches>;
  readonly startTimeoutMs: number;
}

type UpResult = { readonly outcome: 'started' | 'unchanged' | 'repaired'; readonly status: ClusterStatus };

/** See EmbeddedCluster.up. */
export async function clusterUp(
  layout: ClusterLayout,
  options: ClusterUpOptions,
  settings: UpSettings,
): Promise<UpResult> {
  requireSafeParent(layout.directory);
  ensurePrivateFolder(layout.directory);
  const alone = (): Promise<UpResult> => {
    // Only now: whoever held the lock before may have ended them.
    for (const folder of clusterFolders(layout)) ensurePrivateFolder(folder);
    return upAlone(layout, options, settings);
  };
  return withLock(layout.directory, LOCK_WAIT_MS, alone, options.signal);
}

async function upAlone(layout: ClusterLayout, options: ClusterUpOptions, settings: UpSettings): Promise<UpResult> {
  const before = observe(layout);
  const wanted = wantedRecord(before.record, options, settings);
  if (before.record !== undefined && isSupervised(before) && isDeepStrictEqual(wanted, before.record)) {
    // Renewed certificates are picked up by those who use them.
    ensureKeys(layout, new Date(), before.record.realNode?.network);
    if (await isHealthy(layout, before)) return { outcome: 'unchanged', status: await clusterStatus(layout) };
    await recover(layout, before.record, before.supervisor, options, settings.startTimeoutMs);
    return { outcome: 'repaired', status: await clusterStatus(layout) };
  }
  const next =
    before.record === undefined ? undefined : withOtherImages(before.record, wanted, options.realNode?.images);
  if (next !== undefined && isSupervised(before) && (await isHealthy(layout, before))) {
    await importLive(layout, next, options.signal ?? new AbortController().signal);
    return { outcome: 'repaired', status: await clusterStatus(layout) };
  }
  const token = ensureInstance(layout);
  // Also without processes of ours containers may run, if all others were killed.
  await stopAll(layout, token, before.processes.length > 0 && !isSupervised(before));
  const record = await prepare(layout, wanted, token, options);
  await start(layout, record, token, options, settings.startTimeoutMs);
  return { outcome: before.processes.length > 0 ? 'repaired' : 'started', status: await clusterStatus(layout) };
}

/** Whether a living supervisor still does its work: one that hangs is replaced like a dead one. */
function isSupervised({ supervisor, said }: Observation): boolean {
  return (
    supervisor !== undefined && said !== undefined && said.phase !== 'stopping' && hasFreshHeartbeat(said, new Date())
  );
}

type WantedRecord = Omit<ClusterRecord, 'ports' | 'realNode'> & {
  readonly ports?: ClusterRecord['ports'];
  readonly realNode?: Omit<RealNodeRecord, 'network'> & { readonly network?: RealNodeRecord['network'] };
};

/** What the cluster should be: what is asked for, else what is remembered. Ports and addresses may be left out here and chosen later. */
function wantedRecord(
  known: ClusterRecord | undefined,
  options: ClusterUpOptions,
  { switches }: UpSettings,
): WantedRecord {
  const { nodes, tools, unsafeNoFsync, newPorts } = options;
  const choice = nodes ?? known?.nodes ?? DEFAULT_NODES;
  if (choice.kind === 'simulated' && tools.kwok === undefined)
    throw new TestbedError(
      'ToolMissing',
      text('simulated nodes need the tool kwok, which is not there', '모의 노드에 필요한 도구 kwok이 없습니다'),
      {
        hint: text(
          'install it: testbed tools install kwok, or go without nodes: testbed cluster up --nodes none',
          '설치하세요: testbed tools install kwok, 또는 노드 없이 실행하세요: testbed cluster up --nodes none',
        ),
      },
    );
  const realNode = wantedNode(known, options);
  if (choice.kind === 'real') requireRealNode(realNode, tools);
  return {
    version: 1,
    created: known?.created ?? new Date().toISOString(),
    nodes: choice,
    tools: {
      etcd: tools.etcd,
      'kube-apiserver': tools['kube-apiserver'],
      'kube-controller-manager': tools['kube-controller-manager'],
      'kube-scheduler': tools['kube-scheduler'],
      ...(tools.kwok === undefined ? {} : { kwok: tools.kwok }),
      ...(choice.kind === 'real' ? realNodePrograms(tools) : {}),
    },
    ...(realNode === undefined ? {} : { realNode }),
    // Never remembered: a start without them is a safe one again.
    switches: { ...DEFAULT_SWITCHES, unsafeNoFsync: unsafeNoFsync === true, ...switches },
    ...(known === undefined || newPorts === true ? {} : { ports: known.ports }),
  };
}

/** What a real node is made of: what is given now, else what is remembered. */
function wantedNode(
  known: ClusterRecord | undefined,
  { realNode }: ClusterUpOptions,
): WantedRecord['realNode'] | undefined {
  if (realNode === undefined) return known?.realNode;
  const { root, pause, images } = realNode;
  const network = known?.realNode?.network;
  return { root, pause, images: images.map((image) => ({ ...image })), ...(network === undefined ? {} : { network }) };
}

function requireRealNode(realNode: WantedRecord['realNode'] | undefined, tools: ClusterUpOptions['tools']): void {
  realNodePrograms(tools);
  if (realNode !== undefined) return;
  throw new TestbedError(
    'ImageMissing',
    text('a real node needs its images, and none are given', '실제 노드에는 이미지가 필요하지만 주어진 것이 없습니다'),
    { hint: text('build them: testbed images build node', '만드세요: testbed images build node') },
  );
}

/** Waits for the supervisor, who lives, to mend what is not well. */
async function recover(
  layout: ClusterLayout,
  record: ClusterRecord,
  supervisor: Observation['supervisor'],
  { onProgress, signal }: ClusterUpOptions,
  startTimeoutMs: number,
): Promise<void> {
  const step = {
    id: 'cluster:recover',
    title: text('the cluster recovers', '클러스터 복구'),
    index: 1,
    total: 1,
  };
  const began = Date.now();
  onProgress?.({ ...step, state: 'start' });
  try {
    await waitUntilReady(layout, record, supervisor, startTimeoutMs, signal === undefined ? {} : { signal });
    onProgress?.({ ...step, state: 'done', elapsedMs: Date.now() - began });
  } catch (error) {
    onProgress?.({ ...step, state: 'failed', elapsedMs: Date.now() - began });
    throw error;
  }
}

/** Keys, ports and configuration, while nothing of ours runs. */
async function prepare(
  layout: ClusterLayout,
  { realNode, ...wanted }: WantedRecord,
  token: string,
  { onProgress }: ClusterUpOptions,
): Promise<ClusterRecord> {
  const title = text('keys and configuration', '키와 설정');
  const step = { id: 'cluster:prepare', title, index: 1, total: TOTAL_STEPS };
  const began = Date.now();
  onProgress?.({ ...step, state: 'start' });
  try {
    if (wanted.ports !== undefined) await requireFreePorts(wanted.ports);
    const network = wanted.nodes.kind === 'real' ? chooseNetwork(token, realNode?.network) : realNode?.network;
    const record: ClusterRecord = {
      ...wanted,
      ports: wanted.ports ?? (await choosePorts()),
      ...(realNode === undefined || network === undefined ? {} : { realNode: { ...realNode, network } }),
    };
    if (network !== undefined) ensureNodeFolders(layout);
    ensureKeys(layout, new Date(), network);
    if (!isDeepStrictEqual(record, readRecord(layout))) writeRecord(layout, record);
    ensureConfigFiles(layout, serverAddress(record));
    ensureNodeConfigs(layout, record, token);
    rmSync(layout.status, { force: true });
    onProgress?.({ ...step, state: 'done', elapsedMs: Date.now() - began });
    return record;
  } catch (error) {
    onProgress?.({ ...step, state: 'failed', elapsedMs: Date.now() - began });
    throw error;
  }
}

function ensureNodeFolders(layout: ClusterLayout): void {
  const { folder, config, pki, cni, logs, containerd, kubelet } = nodePaths(layout);
  for (const path of [folder, config, pki, cni, logs, containerd, kubelet]) ensurePrivateFolder(path);
}

function ensureNodeConfigs(layout: ClusterLayout, record: ClusterRecord, token: string): void {
  const facts = realNodeFacts(record, token);
  if (facts === undefined) return;
  for (const [path, content] of Object.entries(realNodeConfigs(layout, facts).files))
    if (readSmallFile(path) !== content) writePrivateFile(path, content);
}

/** Starts and waits; a start that fails or is broken off leaves nothing running. */
async function start(
  layout: ClusterLayout,
  record: ClusterRecord,
  token: string,
  options: ClusterUpOptions,
  startTimeoutMs: number,
): Promise<void> {
  try {
    const supervisor = proveOwn(await launchSupervisor(layout, token), token);
    await waitUntilReady(layout, record, supervisor, startTimeoutMs, options);
  } catch (error) {
    await stopAll(layout, token);
    throw error;
  }
}
