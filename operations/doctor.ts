import { homedir } from 'node:os';
import { createClient } from '../kubernetes/client';
import { kubeconfigPath, readKubeconfig } from '../kubernetes/kubeconfig-file';
import { checkCluster, minimumRights, type Finding } from '../kubernetes/suitability';
import { openEmbeddedCluster } from '../platform/cluster';
import type { Text } from '../errors';
import { TestbedError, isTestbedError, text, verbatim } from '../errors';
import { machineFindings } from './doctor-machine';
import { nodeFindings, withOurEnforcement } from './doctor-node';
import { volumeFindings } from './doctor-volumes';
import { openSite, type Site } from './site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';

export interface DoctorResult {
  readonly machine: readonly Finding[];
  /** Of the embedded cluster, or of the context that was asked for. */
  readonly cluster: readonly Finding[];
  /** The least rights that operations begin with on an existing cluster; printed when a context was asked for. */
  readonly minimumRights: typeof minimumRights | undefined;
  /** The worst of all findings. */
  readonly verdict: Finding['state'];
}

/** Looks at the machine and the cluster, changes nothing, and says for each thing that is wrong what mends it. */
export async function doctor(options: TargetOptions, surroundings: Surroundings): Promise<DoctorResult> {
  const machine = await machineFindings(surroundings);
  const cluster =
    options.context === undefined
      ? await embeddedFindings(surroundings)
      : await existingFindings(options.context, options, surroundings);
  return {
    machine,
    cluster,
    minimumRights: options.context === undefined ? undefined : minimumRights,
    verdict: worst([...machine, ...cluster]),
  };
}

async function embeddedFindings(surroundings: Surroundings): Promise<Finding[]> {
  let site: Site;
  try {
    site = openSite(surroundings.environment);
  } catch (error) {
    // machineFindings has said what is wrong with the folder already.
    if (isTestbedError(error)) return [];
    throw error;
  }
  const embedded = openEmbeddedCluster({ directory: site.clusterDirectory });
  const status = await embedded.status();
  const title = text('embedded cluster', '내장 클러스터');
  const start = text('run: testbed cluster up', '실행: testbed cluster up');
  if (status.state === 'absent' || status.state === 'stopped')
    return [
      {
        id: 'cluster',
        state: 'warning',
        title,
        detail: text(`it does not run (${status.state})`, `실행 중이 아닙니다 (${status.state})`),
        remedy: start,
      },
    ];
  const findings: Finding[] = [clusterFinding(status.state, status.version ?? '', title, start)];
  if (status.state !== 'ready') return findings;
  const client = createClient(await embedded.connection('admin'));
  try {
    findings.push(
      ...withOurEnforcement(await checkCluster(client), status),
      ...nodeFindings(status),
      ...(await volumeFindings(client, site.clusterDirectory)),
    );
  } finally {
    await client.close();
  }
  return findings;
}

function clusterFinding(state: string, version: string, title: Text, remedy: Text): Finding {
  if (state === 'ready') return { id: 'cluster', state: 'ok', title, detail: verbatim(version) };
  return { id: 'cluster', state: 'failed', title, detail: text(`it is ${state}`, `상태: ${state}`), remedy };
}

async function existingFindings(
  context: string,
  options: TargetOptions,
  surroundings: Surroundings,
): Promise<Finding[]> {
  const title = text(`cluster of context ${context}`, `컨텍스트 ${context}의 클러스터`);
  try {
    const { environment } = surroundings;
    const file = options.kubeconfig ?? kubeconfigPath(environment, environment['HOME'] ?? homedir());
    const client = createClient(readKubeconfig(file, { context }).connection);
    try {
      return await checkCluster(client);
    } finally {
      await client.close();
    }
  } catch (error) {
    // A diagnosis goes on where an operation would stop: what cannot be reached is a finding.
    if (!(error instanceof TestbedError)) throw error;
    return [
      {
        id: 'cluster',
        state: 'failed',
        title,
        detail: error.text,
        ...(error.hint === undefined ? {} : { remedy: error.hint }),
      },
    ];
  }
}

const BY_SEVERITY: readonly Finding['state'][] = ['failed', 'warning', 'unknown', 'ok'];

function worst(findings: readonly Finding[]): Finding['state'] {
  return BY_SEVERITY.find((state) => findings.some((finding) => finding.state === state)) ?? 'ok';
}
