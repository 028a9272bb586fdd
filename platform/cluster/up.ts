import { isDeepStrictEqual } from 'node:util';
import { rmSync } from 'node:fs';
import { TestbedError, text } from '../../errors';
import { ensureConfigFiles } from './config/config-files';
import { serverAddress } from './kept-connection';
import { clusterFolders, type ClusterLayout } from './layout';
import { clusterStatus, hasFreshHeartbeat, isHealthy, observe, type Observation } from './observation';
import { ensureKeys } from './pki/keys';
import { choosePorts, requireFreePorts } from './ports';
import { ensurePrivateFolder, requireSafeParent } from './private-files';
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
    ensureKeys(layout, new Date());
    if (await isHealthy(layout, before)) return { outcome: 'unchanged', status: await clusterStatus(layout) };
    await recover(layout, before.record, before.supervisor, options, settings.startTimeoutMs);
    return { outcome: 'repaired', status: await clusterStatus(layout) };
  }
  const token = ensureInstance(layout);
  if (before.processes.length > 0) await stopAll(token, !isSupervised(before));
  const record = await prepare(layout, wanted, options);
  await start(layout, record, token, options, settings.startTimeoutMs);
  return { outcome: before.processes.length > 0 ? 'repaired' : 'started', status: await clusterStatus(layout) };
}

/** Whether a living supervisor still does its work: one that hangs is replaced like a dead one. */
function isSupervised({ supervisor, said }: Observation): boolean {
  return (
    supervisor !== undefined && said !== undefined && said.phase !== 'stopping' && hasFreshHeartbeat(said, new Date())
  );
}

/** What the cluster should be: what is asked for, else what is remembered. Ports may be left out here and chosen later. */
function wantedRecord(
  known: ClusterRecord | undefined,
  { nodes, tools, unsafeNoFsync, newPorts }: ClusterUpOptions,
  { switches }: UpSettings,
): Omit<ClusterRecord, 'ports'> & { readonly ports?: ClusterRecord['ports'] } {
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
    },
    // Never remembered: a start without them is a safe one again.
    switches: { ...DEFAULT_SWITCHES, unsafeNoFsync: unsafeNoFsync === true, ...switches },
    ...(known === undefined || newPorts === true ? {} : { ports: known.ports }),
  };
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
  wanted: ReturnType<typeof wantedRecord>,
  { onProgress }: ClusterUpOptions,
): Promise<ClusterRecord> {
  const title = text('keys and configuration', '키와 설정');
  const step = { id: 'cluster:prepare', title, index: 1, total: TOTAL_STEPS };
  const began = Date.now();
  onProgress?.({ ...step, state: 'start' });
  try {
    if (wanted.ports !== undefined) await requireFreePorts(wanted.ports);
    ensureKeys(layout, new Date());
    const record: ClusterRecord = { ...wanted, ports: wanted.ports ?? (await choosePorts()) };
    if (!isDeepStrictEqual(record, readRecord(layout))) writeRecord(layout, record);
    ensureConfigFiles(layout, serverAddress(record));
    rmSync(layout.status, { force: true });
    onProgress?.({ ...step, state: 'done', elapsedMs: Date.now() - began });
    return record;
  } catch (error) {
    onProgress?.({ ...step, state: 'failed', elapsedMs: Date.now() - began });
    throw error;
  }
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
    await stopAll(token);
    throw error;
  }
}
