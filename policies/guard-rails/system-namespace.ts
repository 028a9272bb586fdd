import { NAMESPACES } from '../../components/vocabulary';
import { unlessExempt } from './exempt-users';
import { guardRail, message, type GuardRail } from './policy';

/** Set by the API server itself on every namespace; nobody can change it. */
const NAME = 'kubernetes.io/metadata.name';

/**
 * Where the provisioner lives and where the rules' parameters are kept, nobody else puts, changes or ends anything: not a parameter of another
 * content, not a pod that wears the provisioner's account, not a token without an end.
 *
 * Left to RBAC: the Secret of an operation and the token that is bound to it, by which those who may provision become the provisioner.
 */
export function systemNamespace(admins: readonly string[]): GuardRail {
  return guardRail('testbed-system-namespace', {
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['*'],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['*'],
          scope: 'Namespaced',
        },
      ],
      excludeResourceRules: [
        {
          apiGroups: ['', 'events.k8s.io'],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['events'],
          scope: 'Namespaced',
        },
      ],
      namespaceSelector: { matchLabels: { [NAME]: NAMESPACES.system } },
    },
    matchConditions: [unlessExempt(admins)],
    validations: [
      {
        expression:
          "request.resource.group == '' && request.resource.resource == 'secrets' && " +
          "(object == null || !has(object.type) || object.type == 'Opaque')",
        message: message(
          `what is in the namespace ${NAMESPACES.system} belongs to the platform: ask its operator for a change`,
          `${NAMESPACES.system} 네임스페이스의 객체는 플랫폼이 관리합니다. 변경이 필요하면 운영자에게 요청하세요`,
        ),
        reason: 'Forbidden',
      },
    ],
  });
}
