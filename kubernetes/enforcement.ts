import { text, type Text } from '../errors';
import { KubernetesCallError } from './failures';
import type { Finding } from './finding';
import { fieldsAt, listAt } from './json';
import type { JsonObject, KubernetesClient, KubernetesObject } from './types';

type Judgement = Omit<Finding, 'id' | 'title'>;

/** In a standing empty namespace with labels, quota and limits the server's answer to a dry run is evidence. */
function noPlace(place: string): Judgement {
  return {
    state: 'unknown',
    detail: text(
      `a dry run needs the namespace "${place}", which is not there`,
      `모의 실행에 필요한 네임스페이스 "${place}"이(가) 없습니다`,
    ),
    remedy: text('run: testbed shared up', '실행: testbed shared up'),
  };
}

/** Whether a privileged pod is really refused by Pod Security, not only labelled against. */
export async function checkPodSecurity(client: KubernetesClient, place: string): Promise<Judgement> {
  const namespace = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: place });
  if (namespace === undefined) return noPlace(place);
  const level = namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? 'privileged';
  if (level !== 'baseline' && level !== 'restricted')
    return unknown(
      text(
        `the namespace "${place}" is not labelled pod-security.kubernetes.io/enforce: baseline or restricted`,
        `네임스페이스 "${place}"에 pod-security.kubernetes.io/enforce: baseline 또는 restricted 레이블이 없습니다`,
      ),
    );
  const answer = await tried(client, pod(place, { securityContext: { privileged: true } }));
  if (typeof answer !== 'string')
    return {
      state: 'failed',
      detail: text(
        'a privileged pod was accepted (dry run) in a namespace that forbids it',
        '특권 파드를 금지한 네임스페이스에서 특권 파드가 허용되었습니다 (모의 실행)',
      ),
      remedy: text(
        'turn the admission plugin PodSecurity on, and end its exemptions for this user and namespace',
        'PodSecurity 승인 플러그인을 켜고 이 사용자와 네임스페이스에 대한 예외를 없애세요',
      ),
    };
  if (/violates PodSecurity/.test(answer))
    return {
      state: 'ok',
      detail: text('a privileged pod is refused (dry run)', '특권 파드가 거부됩니다 (모의 실행)'),
    };
  return unknown(otherRule(answer));
}

/** Whether a quota refuses what goes beyond it. */
export async function checkQuota(client: KubernetesClient, place: string): Promise<Judgement> {
  if ((await client.get({ apiVersion: 'v1', kind: 'Namespace', name: place })) === undefined) return noPlace(place);
  const hard: Record<string, unknown> = {};
  for await (const quota of client.list('v1', 'ResourceQuota', { namespace: place }))
    Object.assign(hard, fieldsAt(quota, 'spec', 'hard'));
  const probe = probeBeyond(hard, place);
  if (probe === undefined)
    return unknown(
      text(
        `no quota in "${place}" that a dry run could go beyond`,
        `"${place}"에 모의 실행으로 확인할 수 있는 할당량이 없습니다`,
      ),
    );
  const answer = await tried(client, probe);
  if (typeof answer !== 'string')
    return {
      state: 'failed',
      detail: text(
        `${probe.kind} beyond the quota was accepted (dry run)`,
        `할당량을 넘는 ${probe.kind}이(가) 허용되었습니다 (모의 실행)`,
      ),
      remedy: text('turn the admission plugin ResourceQuota on', 'ResourceQuota 승인 플러그인을 켜세요'),
    };
  if (/exceeded quota/.test(answer))
    return {
      state: 'ok',
      detail: text('what goes beyond a quota is refused (dry run)', '할당량을 넘는 요청이 거부됩니다 (모의 실행)'),
    };
  return unknown(otherRule(answer));
}

/** Something that a quota with these limits must refuse and hardly anything else does. */
function probeBeyond(hard: Readonly<Record<string, unknown>>, place: string): KubernetesObject | undefined {
  const service = (type: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'testbed-doctor', namespace: place },
    spec: { type, ports: [{ port: 1 }] },
  });
  if (String(hard['services.loadbalancers']) === '0') return service('LoadBalancer');
  if (String(hard['services.nodeports']) === '0') return service('NodePort');
  if (hard['requests.storage'] === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'testbed-doctor', namespace: place },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Ei' } } },
  };
}

/** Whether a pod without requests gets the defaults of a limit range. */
export async function checkLimits(client: KubernetesClient, place: string): Promise<Judgement> {
  if ((await client.get({ apiVersion: 'v1', kind: 'Namespace', name: place })) === undefined) return noPlace(place);
  let defaults = 0;
  for await (const range of client.list('v1', 'LimitRange', { namespace: place }))
    for (const limit of listAt(range, 'spec', 'limits'))
      if (limit['type'] === 'Container')
        defaults += Object.keys({ ...fieldsAt(limit, 'default'), ...fieldsAt(limit, 'defaultRequest') }).length;
  if (defaults === 0)
    return unknown(
      text(
        `no limit range in "${place}" with defaults to look for`,
        `"${place}"에 기본값을 확인할 LimitRange가 없습니다`,
      ),
    );
  const answer = await tried(client, pod(place, RESTRICTED));
  if (typeof answer === 'string') return unknown(otherRule(answer));
  const filled = listAt(answer, 'spec', 'containers').some(
    (container) => Object.keys(fieldsAt(container, 'resources')).length > 0,
  );
  return filled
    ? {
        state: 'ok',
        detail: text(
          'a pod without requests gets the defaults (dry run)',
          '요청량이 없는 파드에 기본값이 적용됩니다 (모의 실행)',
        ),
      }
    : {
        state: 'failed',
        detail: text(
          'a pod without requests does not get the defaults (dry run)',
          '요청량이 없는 파드에 기본값이 적용되지 않습니다 (모의 실행)',
        ),
        remedy: text('turn the admission plugin LimitRanger on', 'LimitRanger 승인 플러그인을 켜세요'),
      };
}

const RESTRICTED: JsonObject = {
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

function pod(place: string, container: JsonObject): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'testbed-doctor', namespace: place },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'probe', image: 'probe', ...container }] },
  };
}

/** What a dry run made of it, or the words of the refusal. */
async function tried(client: KubernetesClient, object: KubernetesObject): Promise<KubernetesObject | string> {
  try {
    return await client.create(object, { dryRun: true });
  } catch (error) {
    if (error instanceof KubernetesCallError && error.failure.status >= 400) return error.failure.message;
    throw error;
  }
}

function unknown(detail: Text): Judgement {
  return { state: 'unknown', detail };
}

function otherRule(words: string): Text {
  return text(`another rule answered first: ${words}`, `다른 규칙이 먼저 거부했습니다: ${words}`);
}
