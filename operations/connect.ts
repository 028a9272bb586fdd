import { isAbsolute, join } from 'node:path';
import { ANNOTATIONS, LABELS, NAMESPACES } from '../components/vocabulary';
import { createClient } from '../kubernetes/client';
import { writeKubeconfig } from '../kubernetes/kubeconfig';
import { requestToken } from '../kubernetes/token';
import type { KubernetesClient } from '../kubernetes/types';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { tellingIfGone } from './cluster-gone';
import { beginOperation, withCredential } from './credential';
import { requireRecord } from './known';
import type { TestbedRecord } from './records';
import { openRecords } from './records';
import { openSite } from './site';
import type { Surroundings } from './surroundings';
import type { TargetOptions } from './target';
import { openTarget, requireSameCluster } from './target';

export interface ConnectOptions extends TargetOptions {
  readonly name: string;
  /** Whose access. Default: the first member of the spec. */
  readonly member?: string | undefined;
  /** Where the kubeconfig is written, mode 0600. Default `<name>.kubeconfig` in the working directory. */
  readonly file?: string | undefined;
}

export interface ConnectResult {
  readonly testbed: TestbedRecord;
  readonly member: string;
  readonly file: string;
  /** RFC 3339; at most an hour from now. */
  readonly expires: string;
}

const ACCESS_SECONDS = 3600;

/** Writes a kubeconfig with the participant's role and a token that lives at most an hour. */
export async function connect(options: ConnectOptions, surroundings: Surroundings): Promise<ConnectResult> {
  const site = openSite(surroundings.environment);
  const testbed = requireRecord(openRecords(site.recordsDirectory), options.name);
  const member = requireMember(testbed, options.member);
  const target = await openTarget(
    site,
    { kubeconfig: options.kubeconfig, context: options.context ?? testbed.cluster.context },
    surroundings,
  );
  const doing = text(`access to '${testbed.name}' was asked for`, `'${testbed.name}'의 접근 권한을 요청하는 동안`);
  try {
    return await tellingIfGone(target.reference, doing, async () => {
      requireSameCluster(testbed.name, testbed.cluster, target);
      const serviceAccount = await memberAccount(target.reader, testbed, member);
      const credential = await beginOperation(target, `connect ${testbed.id}`);
      return withCredential(credential, surroundings, async () => {
        const client = createClient(credential.connection);
        try {
          // Not bound to the operation's Secret: the person's token must outlive this call.
          const token = await requestToken(client, {
            namespace: NAMESPACES.access,
            serviceAccount,
            expirationSeconds: ACCESS_SECONDS,
          });
          const file = resolveFile(options.file ?? `${testbed.name}.kubeconfig`, surroundings.cwd);
          const content = writeKubeconfig({
            connection: { ...client.connection, credential: { kind: 'token', token: token.token } },
            context: testbed.name,
            namespace: testbed.id,
          });
          writePrivately(file, content);
          return { testbed, member, file, expires: token.expires };
        } finally {
          await client.close();
        }
      });
    });
  } finally {
    await target.close();
  }
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

function resolveFile(file: string, cwd: string): string {
  return isAbsolute(file) ? file : join(cwd, file);
}

function writePrivately(file: string, content: string): void {
  try {
    // A full disk leaves the old file as it is, and never a part of a token.
    writeWhole(file, content);
  } catch (cause) {
    if (isNoSpace(cause)) throw noSpace(file, cause);
    throw new TestbedError(
      'NoPermission',
      text(`cannot write ${file}: ${reasonOf(cause)}`, `${file}을(를) 쓸 수 없습니다: ${reasonOf(cause)}`),
      {
        cause,
        hint: text('name another place with --file', '--file로 다른 위치를 지정하세요'),
      },
    );
  }
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
