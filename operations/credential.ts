import { randomBytes } from 'node:crypto';
import { LABELS, NAMESPACES, SERVICE_ACCOUNTS } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import { requestToken } from '../kubernetes/token';
import type { ClusterConnection, KubernetesClient } from '../kubernetes/types';
import { TestbedError, isTestbedError, text } from '../errors';
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
