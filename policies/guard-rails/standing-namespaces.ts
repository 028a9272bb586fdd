import { LABELS, NAMESPACE_ROLES } from '../../components/vocabulary';
import { guardRail, message, type GuardRail } from './policy';

const ROLE = `namespaceObject.metadata.labels['${LABELS.role}']`;

/**
 * Nothing runs where persons' identities live, so that no pod can wear one; and in the namespaces for previews everything that
 * could run is a dry run. Nobody is exempt, the platform included.
 */
export function standingNamespaces(): GuardRail {
  const workloads = ['pods', 'replicationcontrollers'];
  return guardRail('testbed-standing-namespaces', {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['*'], operations: ['CREATE'], resources: workloads },
        { apiGroups: ['apps', 'batch'], apiVersions: ['*'], operations: ['CREATE'], resources: ['*'] },
      ],
      namespaceSelector: {
        matchLabels: { [LABELS.managed]: 'true' },
        matchExpressions: [
          { key: LABELS.role, operator: 'In', values: [NAMESPACE_ROLES.access, NAMESPACE_ROLES.preview] },
        ],
      },
    },
    validations: [
      {
        expression: `${ROLE} != '${NAMESPACE_ROLES.access}'`,
        message: message(
          'no workload runs where the identities of people are kept',
          '사용자 계정을 보관하는 네임스페이스에서는 워크로드를 실행할 수 없습니다',
        ),
        reason: 'Forbidden',
      },
      {
        expression: `${ROLE} != '${NAMESPACE_ROLES.preview}' || (has(request.dryRun) && request.dryRun)`,
        message: message(
          'workloads are only tried here, as dry runs, never run',
          '이 네임스페이스에서는 워크로드를 모의 실행(dry run)만 할 수 있습니다',
        ),
        reason: 'Forbidden',
      },
    ],
  });
}
