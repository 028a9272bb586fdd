import { ANNOTATIONS, LABELS, NAMESPACES } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import { requestToken, type IssuedToken } from '../kubernetes/token';
import type { ClusterConnection, KubernetesClient } from '../kubernetes/types';
import { TestbedError, text, type Text } from '../errors';
import { tellingIfGone } from './cluster-gone';
import { duringLook } from './credential';
import { recordOf } from './known';
import type { TestbedRecord } from './records';
import { openSite, type Site } from './site';
import type { Surroundings } from './surroundings';
import type { Target, TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';

export interface MemberOptions extends TargetOptions {
  readonly name: string;
  /** Whose access. Default: the first member of the spec. */
  readonly member?: string | undefined;
}

/** A testbed as one of its members: what the fixed roles give, no more. */
export interface MemberAccess {
  readonly site: Site;
  readonly testbed: TestbedRecord;
  readonly member: string;
  /** The member's token lives at most an hour; asked for again, it is a new one when the old one is nearly over. */
  readonly connection: () => Promise<ClusterConnection>;
  /** RFC 3339: the end of the token that `connection` gave last. */
  readonly expires: () => string;
  /** A client of the member, closed with the access. */
  readonly client: KubernetesClient;
  /** Sees what everybody of the site may see, nodes too. */
  readonly reader: KubernetesClient;
}

const ACCESS_SECONDS = 3600;
const RENEWED_BEFORE_MS = 5 * 60_000;

/**
 * Runs work with a member's access. `doing` completes "the cluster went away while ..." (see tellingIfGone). Throws TestbedUnknown, UsageWrong for
 * somebody who is no member, NotReady where access was not given yet, and what openTarget throws.
 */
export async function withMember<T>(
  options: MemberOptions,
  surroundings: Surroundings,
  doing: (testbed: TestbedRecord) => Text,
  work: (access: MemberAccess) => Promise<T>,
): Promise<T> {
  const site = openSite(surroundings.environment);
  const testbed = await recordOf(site, options.name, surroundings);
  const member = requireMember(testbed, options.member);
  const target = await openTarget(
    site,
    { kubeconfig: options.kubeconfig, context: options.context ?? testbed.cluster.context },
    surroundings,
  );
  try {
    return await tellingIfGone(target.reference, doing(testbed), async () => {
      requireSameCluster(testbed.name, testbed.cluster, target);
      const serviceAccount = await memberAccount(target.reader, testbed, member);
      const issue = (): Promise<Issued> => issueToken(target, testbed, serviceAccount, surroundings);
      let issued = await issue();
      let renewing: Promise<Issued> | undefined;
      const client = createClient(issued.connection);
      const connection = async (): Promise<ClusterConnection> => {
        if (Date.parse(issued.token.expires) - surroundings.now().getTime() > RENEWED_BEFORE_MS)
          return issued.connection;
        renewing ??= issue().finally(() => (renewing = undefined));
        issued = await renewing;
        return issued.connection;
      };
      try {
        return await work({
          site,
          testbed,
          member,
          connection,
          expires: () => issued.token.expires,
          client,
          reader: target.reader,
        });
      } finally {
        await client.close();
      }
    });
  } finally {
    await target.close();
  }
}

interface Issued {
  readonly token: IssuedToken;
  readonly connection: ClusterConnection;
}

async function issueToken(
  target: Target,
  testbed: TestbedRecord,
  serviceAccount: string,
  surroundings: Surroundings,
): Promise<Issued> {
  const wish = { stack: testbed.id, purpose: `connect ${testbed.id}` };
  return duringLook(target, wish, surroundings, async (connection) => {
    const client = createClient(await connection);
    try {
      // Not bound to the operation's Secret: the person's token must outlive this call.
      const token = await requestToken(client, {
        namespace: NAMESPACES.access,
        serviceAccount,
        expirationSeconds: ACCESS_SECONDS,
      });
      return { token, connection: { ...client.connection, credential: { kind: 'token', token: token.token } } };
    } finally {
      await client.close();
    }
  });
}

function requireMember(testbed: TestbedRecord, wished: string | undefined): string {
  const member =
    wished === undefined
      ? testbed.members[0]
      : testbed.members.find((one) => one.toLowerCase() === wished.toLowerCase());
  if (member !== undefined) return member;
  throw new TestbedError(
    'UsageWrong',
    text(
      `'${wished ?? ''}' is not a member of '${testbed.name}'`,
      `'${wished ?? ''}'은(는) '${testbed.name}'의 구성원이 아닙니다`,
    ),
    { hint: text(`members: ${testbed.members.join(', ')}`, `구성원: ${testbed.members.join(', ')}`) },
  );
}

/** The member's identity on the cluster, by our own mark. */
async function memberAccount(client: KubernetesClient, testbed: TestbedRecord, member: string): Promise<string> {
  const selection = {
    namespace: NAMESPACES.access,
    labelSelector: `${LABELS.testbed}=${testbed.id}`,
    metadataOnly: true,
  };
  for await (const { metadata } of client.list('v1', 'ServiceAccount', selection))
    if (metadata.annotations?.[ANNOTATIONS.member] === member) return metadata.name;
  throw new TestbedError(
    'NotReady',
    text(
      `'${testbed.name}' has given no access to ${member} yet`,
      `'${testbed.name}'이(가) 아직 ${member}에게 접근 권한을 부여하지 않았습니다`,
    ),
    {
      hint: text(
        'run testbed up again: access is given last',
        'testbed up을 다시 실행하세요. 접근 권한은 마지막에 부여됩니다',
      ),
    },
  );
}
