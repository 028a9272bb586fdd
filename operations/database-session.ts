import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { COMPONENTS, LABELS, NAMESPACES, ROLES, SERVICE_ACCOUNTS, WORKLOADS } from '../components/vocabulary';
import { TestbedError, isTestbedError, text, verbatim, type Text } from '../errors';
import { createClient } from '../kubernetes/client';
import { failedWith } from '../kubernetes/failures';
import { execInPod } from '../kubernetes/pod-exec';
import type { ClusterConnection, KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { duringChange, duringLook } from './credential';
import { openStoredSite } from './stored-site';
import type { Site } from './site';
import type { TestbedRecord } from './records';
import type { Surroundings } from './surroundings';
import type { Target } from './target';

export interface DatabaseCommand {
  readonly command: readonly string[];
  readonly input?: AsyncIterable<Uint8Array>;
  /** Taken one after the other: what is not taken yet holds the command up. Default: left out. */
  readonly output?: (chunk: Uint8Array) => Promise<void> | void;
  /** What is told when it fails. */
  readonly failure: Text;
}

/** Runs a command in the pod of the database. Throws DatabaseFailed with what the command said. */
export type RunInDatabase = (command: DatabaseCommand) => Promise<void>;

const POD = `${WORKLOADS.database.name}-0`;
/** A right takes effect when the API server has seen it: 5 s in all. */
const PAUSES_MS = [50, 50, 100, 100, 200, 500, 1000, 1000, 2000];
/** Rights of operations that died; none lasts as long. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;
/** The operation's token may have ended after this long. */
const TOKEN_MS = 50 * 60 * 1000;
const LONGEST_WORDS = 8 * 1024;
const MOST_LINES = 12;

export interface DatabaseSession {
  readonly site: Site;
  readonly target: Target;
  readonly testbed: TestbedRecord;
  readonly container: string;
  /** `backup care-lab`, for the audit log. */
  readonly purpose: string;
}

/**
 * Gives the provisioner, who has no such right, a shell in the pod of one testbed's database, and takes it back when the work is done. Nobody
 * else gets one: the guard rails refuse it to persons at every grade.
 */
export async function withDatabase<T>(
  { site: folders, target, testbed, container, purpose }: DatabaseSession,
  surroundings: Surroundings,
  work: (run: RunInDatabase) => Promise<T>,
): Promise<T> {
  await using site = await openStoredSite(folders, surroundings);
  // Also for a backup: it puts a grant into the namespace, and nobody may change the database meanwhile.
  const wish = { store: site.store, stack: testbed.id, purpose };
  return duringChange(target, wish, surroundings, async ({ connection: given, claim, surroundings: within }) => {
    const began = performance.now();
    const connection = await given;
    const client = createClient(connection);
    try {
      await sweepGrants(client, testbed.id, within.now());
      const grant = await grantShell(client, testbed.id, purpose);
      try {
        return await work((command) => runInPod(connection, { testbed, container, command }, within));
      } finally {
        if (performance.now() - began < TOKEN_MS) await endGrant(client, testbed.id, grant);
        else {
          await claim.verify();
          await endGrantAnew(target, testbed.id, grant, surroundings);
        }
      }
    } finally {
      await client.close();
    }
  });
}

async function grantShell(client: KubernetesClient, namespace: string, purpose: string): Promise<string> {
  const binding: KubernetesObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: `${ROLES.databaseOperator}-${randomBytes(4).toString('hex')}`,
      namespace,
      labels: { [LABELS.managed]: 'true', [LABELS.testbed]: namespace, [LABELS.component]: COMPONENTS.database },
      annotations: { 'testbed.io/purpose': purpose },
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLES.databaseOperator },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNTS.provisioner, namespace: NAMESPACES.system }],
  };
  try {
    return (await client.create(binding)).metadata.name;
  } catch (cause) {
    if (failedWith(cause)?.status !== 403) throw cause;
    throw new TestbedError(
      'ClusterUnsuitable',
      text(
        'what testbeds share on this cluster is of an earlier version: it has no role for backups',
        '클러스터의 공용 구성이 이전 버전이어서 백업용 역할이 없습니다',
      ),
      { cause, hint: text('run: testbed shared up', '실행: testbed shared up') },
    );
  }
}

async function endGrant(client: KubernetesClient, namespace: string, name: string): Promise<void> {
  await client.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace, name });
}

/** The work took longer than its token: a new one takes the right back. */
async function endGrantAnew(
  target: Target,
  namespace: string,
  name: string,
  surroundings: Surroundings,
): Promise<void> {
  await duringLook(target, { stack: namespace, purpose: `end of ${name}` }, surroundings, async (connection) => {
    const client = createClient(await connection);
    try {
      await endGrant(client, namespace, name);
    } finally {
      await client.close();
    }
  });
}

async function sweepGrants(client: KubernetesClient, namespace: string, now: Date): Promise<void> {
  const selection = { namespace, labelSelector: `${LABELS.component}=${COMPONENTS.database}`, metadataOnly: true };
  for await (const { metadata } of client.list('rbac.authorization.k8s.io/v1', 'RoleBinding', selection))
    if (now.getTime() - Date.parse(metadata.creationTimestamp ?? '') > FORGOTTEN_AFTER_MS)
      await endGrant(client, namespace, metadata.name);
}

async function runInPod(
  connection: ClusterConnection,
  place: { readonly testbed: TestbedRecord; readonly container: string; readonly command: DatabaseCommand },
  { signal }: Surroundings,
): Promise<void> {
  const { testbed, container, command } = place;
  for (let attempt = 0; ; attempt += 1) {
    let said = '';
    try {
      const { exitCode } = await execInPod(connection, {
        namespace: testbed.id,
        pod: POD,
        container,
        command: command.command,
        input: command.input,
        output: command.output ?? (() => undefined),
        errors: (chunk) => {
          said = (said + Buffer.from(chunk).toString('utf8')).slice(-LONGEST_WORDS);
        },
        signal,
      });
      if (exitCode === 0) return;
      throw failed(testbed, command.failure, exitCode, said);
    } catch (error) {
      const waitMs = PAUSES_MS[attempt];
      if (waitMs === undefined || failedWith(error)?.status !== 403)
        throw isMissing(error) ? notRunning(testbed, error) : error;
      await pause(waitMs, undefined, { signal });
    }
  }
}

function failed(testbed: TestbedRecord, failure: Text, exitCode: number, said: string): TestbedError {
  // What surrounds an error may quote rows: the data are not ours to show.
  const lines = said
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s|^(CONTEXT|DETAIL|Command was|LINE )/.test(line));
  return new TestbedError('DatabaseFailed', failure, {
    details: [
      ...lines.slice(-MOST_LINES).map((line) => verbatim(line.slice(0, 300))),
      text(`its command ended with ${exitCode}`, `명령 종료 코드: ${exitCode}`),
    ],
    hint: text(`look at its log: testbed logs ${testbed.name}`, `로그를 확인하세요: testbed logs ${testbed.name}`),
  });
}

function isMissing(error: unknown): boolean {
  return isTestbedError(error, 'KubernetesRefused') && failedWith(error)?.status === 404;
}

function notRunning(testbed: TestbedRecord, cause: unknown): TestbedError {
  return new TestbedError(
    'NotReady',
    text(`the database of '${testbed.name}' does not run`, `'${testbed.name}'의 데이터베이스가 실행 중이 아닙니다`),
    { cause, hint: text(`testbed show ${testbed.name}`, `testbed show ${testbed.name}`) },
  );
}
