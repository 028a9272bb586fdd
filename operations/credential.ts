import { randomBytes } from 'node:crypto';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../components/vocabulary';
import type { Claim } from '../engine/claims/held-claim';
import { createClient } from '../kubernetes/client';
import { failedWith } from '../kubernetes/failures';
import { requestToken } from '../kubernetes/token';
import type { ClusterConnection, KubernetesClient, KubernetesObject } from '../kubernetes/types';
import { TestbedError, isTestbedError, text, type Text } from '../errors';
import { fenceOperations, operationSecret } from './operation-fence';
import { withStackClaim, type ClaimWish, type Claimed } from './stack-claim';
import type { Surroundings } from './surroundings';
import type { Target } from './target';

/** The provisioner's right for one operation. It ends with `end`, at the latest by the clock. */
interface OperationCredential {
  readonly connection: ClusterConnection;
  end(): Promise<void>;
}

/** See also `sweepOperations`, which ends older Secrets. */
const TOKEN_SECONDS = 3600;

/** What changes a stack works with. */
export interface Change extends Claimed {
  /** As the provisioner; may still be on its way. Settles only when whoever could change the stack before cannot any more. */
  readonly connection: Promise<ClusterConnection>;
  /**
   * Takes the credential back before the work is over, when nothing is left to do in the cluster: then a run that is killed at its last writings
   * leaves nothing there that no other run would look for.
   */
  readonly endCredential: () => Promise<void>;
}

/**
 * Runs work that changes a stack: under its claim, with a token of the provisioner that ends with the operation, and that ends as well when another run follows
 * this one. Throws what `withStackClaim` throws, and ClusterUnsuitable when the shared stack, which makes the provisioner, is missing.
 */
export async function duringChange<T>(
  target: Target,
  wish: ClaimWish,
  surroundings: Surroundings,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  return withStackClaim(wish, surroundings, (claimed) =>
    withCredential(beginOperation(target, wish, claimed), surroundings, (connection, endCredential) =>
      work({ ...claimed, connection, endCredential }),
    ),
  );
}

/** Runs work that changes nothing of a stack, with a token of the provisioner that ends with it. Any number may run beside each other and beside a change. */
export async function duringLook<T>(
  target: Target,
  wish: Omit<ClaimWish, 'store'>,
  surroundings: Surroundings,
  work: (connection: Promise<ClusterConnection>) => Promise<T>,
): Promise<T> {
  return withCredential(beginOperation(target, wish, { surroundings }), surroundings, work);
}

/**
 * Asks for a token that is bound to a Secret made for this operation: whoever ends the Secret ends the token. The order is the fence: the Secret is made, then the claim is read again, and only then
 * the token is used. Whoever follows takes the claim first and ends Secrets then: it finds this one, or this one finds the claim gone.
 */
async function beginOperation(
  target: Target,
  { stack, purpose }: Pick<ClaimWish, 'stack' | 'purpose'>,
  { claim, surroundings }: { readonly claim?: Claim; readonly surroundings: Surroundings },
): Promise<OperationCredential> {
  const client = createClient(await target.site());
  let end: (() => Promise<unknown>) | undefined;
  try {
    if (claim !== undefined) await fenceOperations(client, claim, surroundings);
    const secret = operationSecret(stack, claim?.number ?? randomBytes(6), purpose);
    const { name } = secret.metadata;
    // Where it cannot be ended any more, the next holder does it: it may be there although the answer says nothing.
    claim?.owesCredential();
    // The name is this operation's alone.
    end = () => client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name });
    const uid = await makeSecret(client, secret);
    end = () => client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name }, { uid });
    const { token } = await requestToken(client, {
      namespace: NAMESPACES.system,
      serviceAccount: SERVICE_ACCOUNTS.provisioner,
      expirationSeconds: TOKEN_SECONDS,
      boundTo: { kind: 'Secret', name, uid },
    });
    await claim?.verify();
    return {
      connection: { ...client.connection, credential: { kind: 'token', token } },
      end: async () => {
        try {
          await end?.();
          claim?.fenced('credential');
        } finally {
          await client.close();
        }
      },
    };
  } catch (error) {
    // What failed first is told; what stays is ended by the next holder, and its token was never used.
    if (end !== undefined)
      await end().then(
        () => claim?.fenced('credential'),
        () => undefined,
      );
    await client.close();
    throw isMissing(error) ? withoutProvisioner(error) : error;
  }
}

/** Gives its uid. */
async function makeSecret(client: KubernetesClient, secret: KubernetesObject): Promise<string> {
  const { name } = secret.metadata;
  let made: KubernetesObject;
  try {
    made = await client.create(secret);
  } catch (error) {
    if (failedWith(error)?.status !== 409) throw error;
    // Ours alone is this number: of an earlier life of the store, or of an answer that was lost.
    await client.delete({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACES.system, name });
    made = await client.create(secret);
  }
  const { uid } = made.metadata;
  if (uid === undefined) throw new Error(`the API server answered without a uid for Secret ${name}`);
  return uid;
}

/**
 * Runs work with a credential and ends it; one that is still on its way is not waited for before the work. The work's own failure is what counts: it is never hidden by one of the end. Where the
 * cluster can't be asked any more, what was done stays done, and the token ends by the clock: that is a warning.
 */
async function withCredential<T>(
  credential: Promise<OperationCredential>,
  { onWarning }: Pick<Surroundings, 'onWarning'>,
  work: (connection: Promise<ClusterConnection>, end: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const connection = credential.then((given) => given.connection);
  // Both may fail before anybody waits for them, which would end the process.
  for (const early of [credential, connection]) early.catch(() => undefined);
  let ending: Promise<void> | undefined;
  const endOnce = (): Promise<void> => {
    ending ??= credential
      .then((given) => given.end())
      .catch((error: unknown) => {
        if (!isTestbedError(error) || !isOutOfOrder(error)) throw error;
        onWarning(notTakenBack(error));
      });
    return ending;
  };
  let result: T;
  try {
    result = await work(connection, endOnce);
  } catch (error) {
    // The work has failed already, and that is told. What was never given needs no end; what is left is ended by the next holder.
    await (ending ?? credential.then((given) => given.end())).catch(() => undefined);
    throw error;
  }
  await endOnce();
  return result;
}

function notTakenBack({ text: { en, ko } }: TestbedError): Text {
  return text(
    `it is done, but its credential could not be taken back and ends by itself within an hour: ${en}`,
    `작업은 완료되었으나 자격 증명을 회수하지 못했습니다. 1시간 안에 자동으로 만료됩니다: ${ko}`,
  );
}

/** The cluster does not answer, or its store does not: nothing that this run asks of it is refused for a reason. */
function isOutOfOrder(error: TestbedError): boolean {
  return error.code === 'KubernetesUnreachable' || (failedWith(error)?.status ?? 0) >= 500;
}

function isMissing(error: unknown): boolean {
  return isTestbedError(error, 'KubernetesRefused') && failedWith(error)?.status === 404;
}

function withoutProvisioner(cause: unknown): TestbedError {
  return new TestbedError(
    'ClusterUnsuitable',
    text(
      'the cluster lacks what testbeds share (roles, guard rails, the provisioner)',
      '클러스터에 공용 구성(역할, 보호 규칙, 프로비저너)이 없습니다',
    ),
    { cause, hint: text('run: testbed shared up', '실행: testbed shared up') },
  );
}
