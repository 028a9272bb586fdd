import { LABELS, NAMESPACE_ROLES, PLATFORM_PREFIX, POD_SECURITY_PREFIX, WORKLOADS } from '../../components/vocabulary';
import type { AdmissionPolicy, AdmissionRule } from '../admission-types';
import { celString, unlessExempt } from './exempt-users';
import { keysUnchanged, mapOf, noneCarries } from './platform-keys';
import { guardRail, message, type GuardRail } from './policy';

type Variable = NonNullable<AdmissionPolicy['spec']['variables']>[number];
type Validation = AdmissionPolicy['spec']['validations'][number];

const PREFIXES = [PLATFORM_PREFIX, POD_SECURITY_PREFIX];

/** Set by Kubernetes itself on what people make; any other finalizer could keep a testbed from ending. */
const FINALIZERS = ['kubernetes.io/pvc-protection', 'foregroundDeletion', 'orphan'];

const workloads = Object.values(WORKLOADS);
const OUR_PODS = `^(${workloads.map(({ name }) => name).join('|')})-[0-9]+$`;
const OUR_CLAIMS = `^(${workloads.map(({ name, claim }) => `${claim}-${name}`).join('|')})-[0-9]+$`;

// The namespace selector lets every object without a namespace through to the rules: those are no testbed's, and other administrators' business.
const any: Pick<AdmissionRule, 'apiVersions' | 'scope'> = { apiVersions: ['*'], scope: 'Namespaced' };
const RULES: AdmissionRule[] = [
  { ...any, apiGroups: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'] },
  // They take labels and annotations too, and some finalizers.
  { ...any, apiGroups: ['*'], operations: ['UPDATE'], resources: ['*/status'] },
  { ...any, apiGroups: ['rbac.authorization.k8s.io'], operations: ['DELETE'], resources: ['roles', 'rolebindings'] },
  { ...any, apiGroups: [''], operations: ['CREATE'], resources: ['serviceaccounts/token'] },
  { ...any, apiGroups: [''], operations: ['CONNECT'], resources: ['pods/exec', 'pods/attach'] },
];

/** Written many times a minute, by controllers mostly, and never judged here. */
const EXCLUDED: AdmissionRule[] = [
  { ...any, apiGroups: ['', 'events.k8s.io'], operations: ['CREATE', 'UPDATE'], resources: ['events'] },
  { ...any, apiGroups: ['coordination.k8s.io'], operations: ['CREATE', 'UPDATE'], resources: ['leases'] },
];

const VARIABLES: Variable[] = [
  { name: 'labels', expression: mapOf('object', 'labels') },
  { name: 'old_labels', expression: mapOf('oldObject', 'labels') },
  { name: 'annotations', expression: mapOf('object', 'annotations') },
  { name: 'old_annotations', expression: mapOf('oldObject', 'annotations') },
  {
    name: 'kind',
    expression:
      "request.operation in ['CREATE', 'UPDATE'] && (!has(request.subResource) || request.subResource == '') && request.resource.group in ['', 'apps', 'batch'] ? request.resource.resource : ''",
  },
  {
    // Whatever pods are made from; for a pod the pod itself. Controllers make pods as exempt users, so the template is judged.
    name: 'template',
    expression:
      "variables.kind == 'pods' ? object : " +
      "variables.kind == 'cronjobs' ? object.spec.jobTemplate.spec.template : " +
      "variables.kind == 'podtemplates' ? object.template : " +
      "variables.kind in ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'replicationcontrollers', 'jobs'] && has(object.spec.template) ? object.spec.template : {}",
  },
  { name: 'pod', expression: 'has(variables.template.spec) ? variables.template.spec : {}' },
  { name: 'volumes', expression: 'has(variables.pod.volumes) ? variables.pod.volumes : []' },
  {
    // Metadata of everything that a controller will make from the object.
    name: 'made',
    expression:
      "(variables.kind != 'pods' && has(variables.template.metadata) ? [variables.template.metadata] : []) + " +
      "(variables.kind == 'cronjobs' && has(object.spec.jobTemplate.metadata) ? [object.spec.jobTemplate.metadata] : []) + " +
      "(variables.kind == 'statefulsets' && has(object.spec.volumeClaimTemplates) ? object.spec.volumeClaimTemplates.map(c, c.metadata) : []) + " +
      'variables.volumes.filter(v, has(v.ephemeral) && has(v.ephemeral.volumeClaimTemplate.metadata)).map(v, v.ephemeral.volumeClaimTemplate.metadata)',
  },
];

const VALIDATIONS: Validation[] = [
  {
    expression:
      keysUnchanged('variables.labels', 'variables.old_labels', PREFIXES) +
      ' && ' +
      keysUnchanged('variables.annotations', 'variables.old_annotations', PREFIXES) +
      ' && ' +
      noneCarries('variables.made', PREFIXES),
    message: message(
      `labels and annotations under ${PREFIXES.join(' and ')} are set by the platform only, in templates too`,
      `${PREFIXES.join(', ')} 레이블과 어노테이션은 템플릿을 포함해 플랫폼만 설정할 수 있습니다`,
    ),
    reason: 'Forbidden',
  },
  {
    expression: "request.resource.group != 'rbac.authorization.k8s.io'",
    message: message(
      'who may do what in a testbed is decided by the platform only',
      '테스트베드의 역할과 권한 부여는 플랫폼만 정할 수 있습니다',
    ),
    reason: 'Forbidden',
  },
  {
    expression:
      "request.resource.resource != 'serviceaccounts' || !has(request.subResource) || request.subResource != 'token'",
    message: message(
      'tokens of service accounts are given out by the platform only',
      '서비스 어카운트 토큰은 플랫폼만 발급할 수 있습니다',
    ),
    reason: 'Forbidden',
  },
  {
    expression:
      "variables.kind != 'secrets' || !has(object.type) || object.type != 'kubernetes.io/service-account-token'",
    message: message(
      'a Secret of type kubernetes.io/service-account-token would be a token without an end',
      'kubernetes.io/service-account-token 유형의 시크릿은 만료되지 않는 토큰이 되므로 만들 수 없습니다',
    ),
    reason: 'Forbidden',
  },
  {
    expression: "!has(variables.pod.serviceAccountName) || variables.pod.serviceAccountName in ['', 'default']",
    message: message(
      "pods run as the service account 'default': the others belong to the platform's workloads",
      "파드는 'default' 서비스 어카운트로만 실행할 수 있습니다. 나머지는 플랫폼 워크로드의 것입니다",
    ),
    reason: 'Forbidden',
  },
  {
    expression:
      `variables.volumes.all(v, !has(v.persistentVolumeClaim) || !v.persistentVolumeClaim.claimName.matches(${celString(OUR_CLAIMS)})) && ` +
      `(variables.kind != 'persistentvolumeclaims' || ((!has(object.spec.dataSource) || !object.spec.dataSource.name.matches(${celString(OUR_CLAIMS)})) && ` +
      `(!has(object.spec.dataSourceRef) || !object.spec.dataSourceRef.name.matches(${celString(OUR_CLAIMS)}))))`,
    message: message(
      "the volumes of the platform's workloads are neither mounted nor copied: use the database through its port",
      '플랫폼 워크로드의 볼륨은 마운트하거나 복제할 수 없습니다. 데이터베이스는 접속 포트로 사용하세요',
    ),
    reason: 'Forbidden',
  },
  {
    expression: `request.operation != 'CONNECT' || !request.name.matches(${celString(OUR_PODS)})`,
    message: message(
      "no shell in the pods of the platform's workloads: use the database through its port",
      '플랫폼 워크로드의 파드에서는 명령을 실행할 수 없습니다. 데이터베이스는 접속 포트로 사용하세요',
    ),
    reason: 'Forbidden',
  },
  {
    expression:
      "request.operation == 'CONNECT' || object == null || !has(object.metadata.finalizers) || " +
      `object.metadata.finalizers.all(f, f in [${FINALIZERS.map(celString).join(', ')}] || (oldObject != null && has(oldObject.metadata.finalizers) && f in oldObject.metadata.finalizers))`,
    message: message(
      'a finalizer of its own would keep the testbed from ending',
      '별도의 파이널라이저는 테스트베드 종료를 막으므로 쓸 수 없습니다',
    ),
    reason: 'Forbidden',
  },
];

/**
 * What participants may not do with objects of their own, because it would get around what guards ours: borrow our labels, our
 * accounts, our volumes; give rights; open a shell in our pods; keep the testbed from ending.
 *
 * Matched: everything made or changed, by its status too, in the namespaces of testbeds and of people's identities; there also the ending of roles, tokens, exec and attach.
 */
export function insideTestbeds(admins: readonly string[]): GuardRail {
  return guardRail('testbed-inside-testbeds', {
    matchConstraints: {
      resourceRules: RULES,
      excludeResourceRules: EXCLUDED,
      namespaceSelector: {
        matchLabels: { [LABELS.managed]: 'true' },
        matchExpressions: [
          {
            key: LABELS.role,
            operator: 'In',
            values: [NAMESPACE_ROLES.testbed, NAMESPACE_ROLES.access, NAMESPACE_ROLES.preview],
          },
        ],
      },
    },
    matchConditions: [unlessExempt(admins)],
    variables: VARIABLES,
    validations: VALIDATIONS,
  });
}
