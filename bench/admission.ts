import { join } from 'node:path';
import { podSecurityLabels } from '../components';
import { ANNOTATIONS, LABELS, NAMESPACE_ROLES } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { openEmbeddedCluster } from '../platform/cluster';
import { figures, type Figures } from './figures';
import { onOwnCluster } from './own-cluster';

export interface AdmissionFigures {
  /** Rules that the API server judges by, of all kinds. */
  readonly policies: number;
  /** Milliseconds of one dry-run create of a pod with three containers. */
  readonly rows: Readonly<Record<'pod create, no rules' | 'pod create, all rules of grade sensitive', Figures>>;
  /** What the rules add at p50, in milliseconds. */
  readonly added: number;
}

const BARE = 'bench-bare';
const JUDGED = 'bench-judged';
const WARM_UP = 50;

/**
 * What the whole catalogue adds to the create of a pod: on a cluster of its own the same pod is dry-run in turns in a namespace that no rule is
 * bound to and in one of grade sensitive, where all are, with the guard rails. Interleaved, so that both see the same machine.
 */
export async function measureAdmission(creates: number, say: (line: string) => void): Promise<AdmissionFigures> {
  return onOwnCluster(say, async ({ home }) => {
    const connection = await openEmbeddedCluster({ directory: join(home, 'clusters', 'embedded') }).connection('admin');
    const client = createClient(connection);
    try {
      return await measure(client, creates, say);
    } finally {
      await client.close();
    }
  });
}

async function measure(
  client: KubernetesClient,
  creates: number,
  say: (line: string) => void,
): Promise<AdmissionFigures> {
  // Kubernetes' own Pod Security judges in both.
  const security = podSecurityLabels();
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: BARE, labels: security } });
  await client.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: JUDGED,
      annotations: {
        [ANNOTATIONS.ends]: '2099-12-31',
        [ANNOTATIONS.participant]: 'Bench',
        [ANNOTATIONS.owner]: 'operator@agency.example',
      },
      labels: {
        ...security,
        [LABELS.managed]: 'true',
        [LABELS.role]: NAMESPACE_ROLES.testbed,
        [LABELS.grade]: 'sensitive',
      },
    },
  });
  const took: Record<typeof BARE | typeof JUDGED, number[]> = { [BARE]: [], [JUDGED]: [] };
  for (let at = -WARM_UP; at < creates; at += 1) {
    for (const namespace of [BARE, JUDGED] as const) {
      const began = performance.now();
      await client.create(pod(namespace), { dryRun: true });
      if (at >= 0) took[namespace].push(performance.now() - began);
    }
    if (at > 0 && at % 100 === 0) say(`${at} of ${creates} creates`);
  }
  let policies = 0;
  for await (const { metadata } of client.list('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'))
    if (metadata.name.startsWith('testbed-rules-')) policies += 1;
  const bare = figures(took[BARE]);
  const judged = figures(took[JUDGED]);
  return {
    policies,
    rows: { 'pod create, no rules': bare, 'pod create, all rules of grade sensitive': judged },
    added: judged.p50 - bare.p50,
  };
}

/** One that every rule passes, so that each is evaluated to its end. */
function pod(namespace: string): KubernetesObject {
  const container = (name: string): object => ({
    name,
    image: `docker.io/library/postgres:15@sha256:${'0123456789abcdef'.repeat(4)}`,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '20m', memory: '16Mi' } },
    readinessProbe: { tcpSocket: { port: 5432 } },
    livenessProbe: { tcpSocket: { port: 5432 } },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'measured', namespace },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: ['one', 'two', 'three'].map(container),
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '16Mi' } }],
    },
  };
}
