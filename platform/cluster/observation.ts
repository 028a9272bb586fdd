import { createClient } from '../../kubernetes/client';
import { keptConnection, serverAddress } from './kept-connection';
import type { ClusterLayout } from './layout';
import { certificateEnds } from './pki/keys';
import { isAlive, ownProcesses, type OwnProcess } from './processes/proof';
import { readInstance, readRecord, type ClusterRecord } from './record/cluster-record';
import { COMPONENT_NAMES, readSupervisorStatus, type SupervisorStatus } from './record/supervisor-status';
import type { ClusterStatus } from './types';

const PROBE_TIMEOUT_MS = 3000;
/** A supervisor that has not written for this long does not supervise any more. */
const HEARTBEAT_LIMIT_MS = 15_000;

/** What is there now, from the kernel first and from files second. */
export interface Observation {
  readonly token: string | undefined;
  readonly record: ClusterRecord | undefined;
  readonly processes: readonly OwnProcess[];
  readonly supervisor: OwnProcess | undefined;
  /** What the living supervisor says; undefined when there is none. */
  readonly said: SupervisorStatus | undefined;
}

/** Looks at record and processes. Throws ClusterDamaged. */
export function observe(layout: ClusterLayout): Observation {
  const token = readInstance(layout);
  const processes = token === undefined ? [] : ownProcesses(token);
  const supervisor = processes.find(({ role }) => role === 'supervisor');
  const said = supervisor === undefined ? undefined : readSupervisorStatus(layout);
  return { token, record: readRecord(layout), processes, supervisor, said };
}

export function hasFreshHeartbeat(said: SupervisorStatus, now: Date): boolean {
  return Math.abs(now.getTime() - Date.parse(said.heartbeat)) < HEARTBEAT_LIMIT_MS;
}

/** Whether the API server answers that it is ready, within 3 s. */
export async function isApiReady(layout: ClusterLayout, record: ClusterRecord): Promise<boolean> {
  const client = createClient(keptConnection(layout, record, 'supervisor'));
  try {
    await client.raw('GET', '/readyz', { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return true;
  } catch {
    // Whatever the reason, it is not ready; the status names the component that fails.
    return false;
  } finally {
    await client.close();
  }
}

/** Whether supervisor, components and API are all well now. */
export async function isHealthy(
  layout: ClusterLayout,
  { record, supervisor, said }: Pick<Observation, 'record' | 'supervisor' | 'said'>,
): Promise<boolean> {
  return (
    record !== undefined &&
    supervisor !== undefined &&
    said?.phase === 'running' &&
    hasFreshHeartbeat(said, new Date()) &&
    said.components.every(({ state }) => state === 'running') &&
    (await isApiReady(layout, record)) &&
    // A killed supervisor keeps its environment, and so its proof, for a moment; the API server answers without it.
    isAlive(supervisor)
  );
}

async function stateOf(layout: ClusterLayout, observation: Observation): Promise<ClusterStatus['state']> {
  if (observation.record === undefined) return 'absent';
  if (observation.processes.length === 0) return 'stopped';
  if (observation.said?.phase === 'starting') return 'starting';
  return (await isHealthy(layout, observation)) ? 'ready' : 'degraded';
}

/** The status for people and programs. Throws ClusterDamaged. */
export async function clusterStatus(layout: ClusterLayout): Promise<ClusterStatus> {
  const observation = observe(layout);
  const { record, supervisor, said } = observation;
  const problem = said?.problem ?? said?.warning;
  const ends = record === undefined ? undefined : certificateEnds(layout);
  return {
    state: await stateOf(layout, observation),
    nodes: record?.nodes ?? { kind: 'none' },
    directory: layout.directory,
    components: componentsOf(observation),
    ...(record === undefined ? {} : { server: serverAddress(record) }),
    ...(said?.version === undefined ? {} : { version: said.version }),
    ...(problem === undefined ? {} : { problem }),
    ...(supervisor === undefined ? {} : { supervisorPid: supervisor.pid }),
    ...(ends === undefined
      ? {}
      : { certificates: { caEnds: ends.authority.toISOString(), firstEnds: ends.first.toISOString() } }),
  };
}

/** Without a supervisor the kernel is the only witness: what still runs is shown as running, unsupervised. */
function componentsOf({ said, processes }: Observation): ClusterStatus['components'] {
  if (said !== undefined)
    return said.components.map(({ name, state, pid, restarts, lastExit }) => ({
      name,
      state,
      restarts,
      ...(pid === undefined ? {} : { pid }),
      ...(lastExit === undefined ? {} : { lastExit }),
    }));
  return COMPONENT_NAMES.flatMap((name) => {
    const found = processes.find(({ role }) => role === name);
    return found === undefined ? [] : [{ name, state: 'running' as const, pid: found.pid, restarts: 0 }];
  });
}
