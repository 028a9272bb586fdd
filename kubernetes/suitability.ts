import { LABELS, STORAGE_CLASSES, previewNamespace } from '../components/vocabulary';
import { text, verbatim, type Text } from '../errors';
import { inParallel } from './concurrency';
import { checkLimits, checkPodSecurity, checkQuota } from './enforcement';
import { KubernetesCallError } from './failures';
import type { Finding } from './finding';
import { fieldsAt, stringAt } from './json';
import { minimumRights } from './minimum-rights';
import type { KubernetesClient } from './types';

export type { Finding } from './finding';
export { minimumRights } from './minimum-rights';

/** ValidatingAdmissionPolicy is v1 from here on. */
const OLDEST_MINOR = 30;

type Judgement = Omit<Finding, 'id' | 'title'>;

const CHECKS: readonly {
  readonly id: string;
  readonly title: Text;
  readonly check: (client: KubernetesClient, place: string) => Promise<Judgement>;
}[] = [
  { id: 'version', title: text('Kubernetes version', 'Kubernetes 버전'), check: checkVersion },
  { id: 'admission-policies', title: text('admission policies', '승인 정책'), check: checkAdmissionPolicies },
  { id: 'pod-security', title: text('Pod Security', '파드 보안'), check: checkPodSecurity },
  { id: 'quota', title: text('resource quota', '리소스 할당량'), check: checkQuota },
  { id: 'limits', title: text('limit ranges', '리소스 제한 범위'), check: checkLimits },
  { id: 'storage', title: text('default storage class', '기본 스토리지 클래스'), check: checkStorage },
  { id: 'network-policy', title: text('network policies', '네트워크 정책'), check: checkNetworkPolicies },
  { id: 'rights', title: text('own rights', '보유 권한'), check: checkRights },
];

/**
 * Whether a cluster can hold testbeds. Changes nothing: all that is tried is a dry run. What can't be told or may not be looked at is `unknown`.
 * `dryRunNamespace`: where Pod Security, quota and limits are tried; default the preview namespace of grade `open`.
 * Throws KubernetesUnreachable and CertificateExpired.
 */
export async function checkCluster(
  client: KubernetesClient,
  options: { readonly dryRunNamespace?: string } = {},
): Promise<Finding[]> {
  const place = options.dryRunNamespace ?? previewNamespace('open');
  const findings: Finding[] = [];
  for (const { id, title, check } of CHECKS)
    findings.push({ id, title, ...(await judged(() => check(client, place))) });
  return findings;
}

async function judged(check: () => Promise<Judgement>): Promise<Judgement> {
  try {
    return await check();
  } catch (error) {
    // Only where there was an answer: of a server that can't be reached nothing can be said.
    if (!(error instanceof KubernetesCallError) || error.failure.status === 0) throw error;
    return { state: 'unknown', detail: error.text };
  }
}

async function checkVersion(client: KubernetesClient): Promise<Judgement> {
  const { body } = await client.raw('GET', '/version');
  const version = stringAt(body, 'gitVersion') ?? '?';
  const major = Number(stringAt(body, 'major'));
  // Some vendors write `30+`.
  const minor = Number.parseInt(stringAt(body, 'minor') ?? '', 10);
  if (major > 1 || (major === 1 && minor >= OLDEST_MINOR)) return { state: 'ok', detail: verbatim(version) };
  return {
    state: 'failed',
    detail: text(
      `${version} is older than 1.${OLDEST_MINOR}`,
      `${version}은(는) 1.${OLDEST_MINOR}보다 오래된 버전입니다`,
    ),
    remedy: text(
      `upgrade the cluster to 1.${OLDEST_MINOR} or later`,
      `클러스터를 1.${OLDEST_MINOR} 이상으로 업그레이드하세요`,
    ),
  };
}

async function checkAdmissionPolicies(client: KubernetesClient): Promise<Judgement> {
  const group = 'admissionregistration.k8s.io/v1';
  const kinds = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];
  const served = await Promise.all(kinds.map((kind) => client.resource(group, kind)));
  if (served.every((resource) => resource !== undefined))
    return {
      state: 'ok',
      detail: text(
        `ValidatingAdmissionPolicy is served (${group})`,
        `ValidatingAdmissionPolicy를 제공합니다 (${group})`,
      ),
    };
  return {
    state: 'failed',
    detail: text(
      `the server has no ValidatingAdmissionPolicy in ${group}`,
      `서버가 ${group}의 ValidatingAdmissionPolicy를 제공하지 않습니다`,
    ),
    remedy: text(
      'use Kubernetes 1.30 or later with this API turned on',
      '이 API가 켜진 Kubernetes 1.30 이상을 사용하세요',
    ),
  };
}

async function checkStorage(client: KubernetesClient): Promise<Judgement> {
  const names: string[] = [];
  for await (const { metadata } of client.list('storage.k8s.io/v1', 'StorageClass', { metadataOnly: true }))
    if (metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true') names.push(metadata.name);
  const [name] = names;
  if (name === undefined)
    return {
      state: 'warning',
      detail: text('no storage class is the default', '기본 스토리지 클래스가 없습니다'),
      remedy: text(
        'mark one: kubectl annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true',
        '하나를 기본으로 지정하세요: kubectl annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true',
      ),
    };
  if (name === STORAGE_CLASSES.simulated)
    return {
      state: 'warning',
      detail: text(
        `"${name}" only pretends: nothing is kept`,
        `"${name}"은(는) 모의 저장소이며 데이터가 보존되지 않습니다`,
      ),
    };
  if (names.length > 1)
    return {
      state: 'warning',
      detail: text(`several are the default: ${names.join(', ')}`, `기본값이 여러 개입니다: ${names.join(', ')}`),
      remedy: text('leave the mark on one of them', '하나만 기본으로 남기세요'),
    };
  return { state: 'ok', detail: verbatim(name) };
}

/** Agents that are known to enforce network policies, by the names of their daemon sets. */
const AGENTS =
  /^(?:calico-node|canal|cilium|antrea-agent|kube-router|weave-net|kube-network-policies|ovnkube-node|azure-npm|aws-node|romana-agent)/;

async function checkNetworkPolicies(client: KubernetesClient): Promise<Judgement> {
  let nodes = 0;
  let simulated = 0;
  for await (const { metadata } of client.list('v1', 'Node', { metadataOnly: true })) {
    nodes += 1;
    if (metadata.labels?.[LABELS.simulated] === 'true') simulated += 1;
  }
  if (nodes === 0)
    return {
      state: 'warning',
      detail: text('not enforced: the cluster has no nodes', '적용되지 않음: 클러스터에 노드가 없습니다'),
    };
  if (simulated === nodes)
    return {
      state: 'warning',
      detail: text(
        `not enforced: all ${nodes} nodes are simulated, so nothing runs on them`,
        `적용되지 않음: 노드 ${nodes}개가 모두 모의 노드이므로 실제로 실행되는 것이 없습니다`,
      ),
    };
  for await (const { metadata } of client.list('apps/v1', 'DaemonSet', { metadataOnly: true }))
    if (AGENTS.test(metadata.name))
      return {
        state: 'ok',
        detail: text(
          `"${metadata.name}" is known to enforce them (not probed)`,
          `"${metadata.name}"이(가) 적용하는 것으로 알려져 있습니다 (실측하지 않음)`,
        ),
      };
  return {
    state: 'unknown',
    detail: text('no known agent enforces them', '정책을 적용하는 알려진 에이전트를 찾지 못했습니다'),
    remedy: text(
      'make sure that the network plugin enforces NetworkPolicy; some ignore it without a word',
      '네트워크 플러그인이 NetworkPolicy를 적용하는지 확인하세요. 아무 경고 없이 무시하는 플러그인도 있습니다',
    ),
  };
}

async function checkRights(client: KubernetesClient): Promise<Judgement> {
  const questions = minimumRights.flatMap(({ group, resource, verbs }) =>
    verbs.map((verb) => ({ group, resource, verb })),
  );
  const missing: string[] = [];
  await inParallel(8, questions, async ({ group, resource, verb }) => {
    const [name = '', subresource] = resource.split('/');
    const { body } = await client.raw('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            group,
            resource: name,
            verb,
            ...(subresource === undefined ? {} : { subresource }),
          },
        },
      },
    });
    if (fieldsAt(body, 'status')['allowed'] !== true)
      missing.push(`${verb} ${resource}${group === '' ? '' : `.${group}`}`);
  });
  if (missing.length === 0)
    return {
      state: 'ok',
      detail: text(`all ${questions.length} rights are there`, `필요한 권한 ${questions.length}개가 모두 있습니다`),
    };
  const list = missing.sort().join(', ');
  return {
    state: 'failed',
    detail: text(
      `${missing.length} of ${questions.length} rights are missing: ${list}`,
      `필요한 권한 ${questions.length}개 중 ${missing.length}개가 없습니다: ${list}`,
    ),
    remedy: text('have them granted, or use another context', '권한을 부여받거나 다른 컨텍스트를 사용하세요'),
  };
}
