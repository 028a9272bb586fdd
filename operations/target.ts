import { homedir } from 'node:os';
import { createClient } from '../kubernetes/client';
import { kubeconfigPath, readKubeconfig } from '../kubernetes/kubeconfig-file';
import type { ClusterConnection, KubernetesClient } from '../kubernetes/types';
import { openEmbeddedCluster } from '../platform/cluster';
import { nodePins, type ImagePins } from '../stacks/node-images';
import { TestbedError, isTestbedError, text } from '../errors';
import { notAnswering } from './cluster-gone';
import type { ClusterReference } from './records';
import type { Site } from './site';
import type { Surroundings } from './surroundings';

export interface TargetOptions {
  /** A context of a kubeconfig: an existing cluster. Default: the embedded one. */
  readonly context?: string | undefined;
  /** Where the context is looked for. Default `KUBECONFIG`, then `~/.kube/config`. */
  readonly kubeconfig?: string | undefined;
  /** One that is open already and stays its caller's to close; then nothing else of this counts. */
  readonly opened?: Target | undefined;
}

/** The cluster that a use case works on, and the identities that it may take there. */
export interface Target {
  readonly reference: ClusterReference;
  /** Reads what everybody of the site may see; no Secrets. Closed with the target. */
  readonly reader: KubernetesClient;
  /** The images that its own node has, by what they stand for; undefined on a cluster that gets its images elsewhere. */
  readonly pins: ImagePins | undefined;
  /** May begin an operation, no more. */
  site(): Promise<ClusterConnection>;
  /** For what the whole cluster shares. */
  admin(): Promise<ClusterConnection>;
  close(): Promise<void>;
}

/** Throws ClusterNotRunning, KubeconfigRefused, KubernetesUnreachable, CertificateExpired. */
export async function openTarget(site: Site, options: TargetOptions, surroundings: Surroundings): Promise<Target> {
  if (options.opened !== undefined) return { ...options.opened, close: () => Promise.resolve() };
  const opened =
    options.context === undefined ? await embedded(site) : existing(options.context, options, surroundings);
  const reader = createClient(opened.reader);
  try {
    const uid = await clusterUid(reader);
    return {
      reference: { ...opened.reference, uid },
      reader,
      pins: opened.pins,
      site: opened.site,
      admin: opened.admin,
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw isTestbedError(error, 'KubernetesUnreachable') ? notAnswering(error, opened.reference) : error;
  }
}

/** Refuses to work on a testbed of another cluster: the same name there is somebody else's (facts: wrong context deletes state). */
export function requireSameCluster(name: string, recorded: ClusterReference, target: Target): void {
  if (recorded.uid === target.reference.uid) return;
  const where = recorded.context === undefined ? recorded.server : `${recorded.context} (${recorded.server})`;
  throw new TestbedError(
    'ClusterUnsuitable',
    text(
      `'${name}' lives on the cluster ${where}, but ${target.reference.server} is another one`,
      `'${name}'은(는) 클러스터 ${where}에 있으나 ${target.reference.server}은(는) 다른 클러스터입니다`,
    ),
    {
      hint:
        recorded.context === undefined
          ? text(
              'leave --context away, or restore the embedded cluster',
              '--context를 빼거나 내장 클러스터를 복구하세요',
            )
          : text(`give --context ${recorded.context}`, `--context ${recorded.context}을(를) 지정하세요`),
    },
  );
}

interface Opened {
  readonly reference: Omit<ClusterReference, 'uid'>;
  readonly reader: ClusterConnection;
  readonly pins: ImagePins | undefined;
  readonly site: () => Promise<ClusterConnection>;
  readonly admin: () => Promise<ClusterConnection>;
}

async function embedded(site: Site): Promise<Opened> {
  const cluster = openEmbeddedCluster({ directory: site.clusterDirectory });
  const reader = await cluster.connection('operator');
  const references = await cluster.nodeImages();
  return {
    reference: { kind: 'embedded', server: reader.server },
    reader,
    pins: references === undefined ? undefined : nodePins(references),
    site: () => cluster.connection('site'),
    admin: () => cluster.connection('admin'),
  };
}

function existing(context: string, options: TargetOptions, surroundings: Surroundings): Opened {
  const { environment } = surroundings;
  const file = options.kubeconfig ?? kubeconfigPath(environment, environment['HOME'] ?? homedir());
  const { connection } = readKubeconfig(file, { context });
  const same = (): Promise<ClusterConnection> => Promise.resolve(connection);
  return {
    reference: { kind: 'existing', context, server: connection.server },
    reader: connection,
    pins: undefined,
    site: same,
    admin: same,
  };
}

async function clusterUid(client: KubernetesClient): Promise<string> {
  const namespace = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  const uid = namespace?.metadata.uid;
  if (uid === undefined)
    throw new TestbedError(
      'ClusterUnsuitable',
      text(
        `${client.connection.server} has no namespace kube-system, so it cannot be told from other clusters`,
        `${client.connection.server}에 kube-system 네임스페이스가 없어 다른 클러스터와 구별할 수 없습니다`,
      ),
    );
  return uid;
}
