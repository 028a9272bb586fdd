import { randomBytes } from 'node:crypto';
import { LABELS, NAMESPACES, SERVICE_ACCOUNTS } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import { requestToken } from '../kubernetes/token';
import type { ClusterConnection, KubernetesClient } from '../kubernetes/types';
import { TestbedError, isTestbedError, text } from '../errors';
import type { Surroundings } from './surroundings';
import type { Target } from './target';

/** The provisioner's right for one operation. It ends with `end`, at the latest by the clock. */
export interface OperationCredential {
  readonly connection: ClusterConnection;
  end(): Promise<void>;
}

const TOKEN_SECONDS = 3600;
/** Older Secrets of operations belong to runs that died: their tokens have ended by the clock. */
const FORGOTTEN_AFTER_MS = 2 * TOKEN_SECONDS * 1000;

/**
 * Asks for a token of the provisioner that is bound to a Secret made for this operation: whoever ends the Secret ends the token.
 * Throws ClusterUnsuitable when the shared stack, which makes the provisioner, is missing.
 */
export async function beginOperation(target: Target, purpose: string): Promise<OperationCredential> {
  const client = createClient(await target.site());
  try {
    const name = `operation-${randomBytes(6).toString('hex')}`;
    const secret = await client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: NAMESPACES.system,
        labels: { [LABELS.component]: 'operation' },
        annotations: { 'testbed.io/purpose': purpose },
      },
      type: 'Opaque',
    });
    const uid = secret.metadata.uid;
    if (uid === undefined) throw new Error(`the API server answered without a uid for Secret ${name}`);
    const token = await requestToken(client, {
      namespace: NAMESPACES.system,
      serviceAccount: SERVICE_ACCOUNTS.provisioner,
      expirationSeconds: TOKEN_SECONDS,
      boundTo: { kind: 'Secret', name, uid },
    });
    return {
      connection: { ...client.connection, credential: { kind: 'token', token: token.token } },
      end: async () => {
        try {
          await client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name }, { uid });
        } finally {
          await client.close();
        }
      },
    };
  } catch (error) {
    await client.close();
    if (isTestbedError(error, 'KubernetesRefused') && isMissing(error))
      throw new TestbedError(
        'ClusterUnsuitable',
        text(
          'the cluster lacks what testbeds share (roles, guard rails, the provisioner)',
          '클러스터에 공용 구성(역할, 보호 규칙, 프로비저너)이 없습니다',
        ),
        { cause: error, hint: text('run: testbed shared up', '실행: testbed shared up') },
      );
    throw error;
  }
}

/**
 * Runs work with a credential and ends it; one that is still on its way is not waited for before the work. The work's own failure is what counts: it is never hidden by one of the end. Where the
 * cluster can't be asked any more, what was done stays done, and the token ends by the clock: that is a warning.
 */
export async function withCredential<T>(
  credential: OperationCredential | Promise<OperationCredential>,
  surroundings: Pick<Surroundings, 'onWarning'>,
  work: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await endQuietly(credential);
    throw error;
  }
  try {
    await (await credential).end();
  } catch (error) {
    if (!isTestbedError(error, 'KubernetesUnreachable')) throw error;
    surroundings.onWarning(
      text(
        `it is done, but its credential could not be taken back and ends by itself within an hour: ${error.text.en}`,
        `작업은 완료되었으나 자격 증명을 회수하지 못했습니다. 1시간 안에 자동으로 만료됩니다: ${error.text.ko}`,
      ),
    );
  }
  return result;
}

async function endQuietly(credential: OperationCredential | Promise<OperationCredential>): Promise<void> {
  try {
    await (await credential).end();
  } catch {
    // The work has failed already, and that is told. What was never given needs no end; what is left is swept later.
  }
}

/** Removes Secrets of operations that died; their tokens have ended already. Best done where nobody waits. */
export async function sweepOperations(client: KubernetesClient, now: Date): Promise<number> {
  let swept = 0;
  const selection = {
    namespace: NAMESPACES.system,
    labelSelector: `${LABELS.component}=operation`,
    metadataOnly: true,
  };
  for await (const { metadata } of client.list('v1', 'Secret', selection)) {
    const born = Date.parse(metadata.creationTimestamp ?? '');
    if (!(now.getTime() - born > FORGOTTEN_AFTER_MS) || metadata.uid === undefined) continue;
    await client.delete(
      { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name: metadata.name },
      { uid: metadata.uid },
    );
    swept += 1;
  }
  return swept;
}

function isMissing(error: TestbedError): boolean {
  return (
    'failure' in error &&
    typeof error.failure === 'object' &&
    error.failure !== null &&
    'status' in error.failure &&
    error.failure.status === 404
  );
}
