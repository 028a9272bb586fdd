import { LABELS } from '../../components/vocabulary';
import { unlessExempt } from './exempt-users';
import { guardRail, message, type GuardRail } from './policy';

/**
 * What bears our label is ours alone: nobody else makes, changes or ends it, in whatever way.
 * The selector looks at the object before and after a call, so the label can neither be put on nor taken off.
 *
 * Matched: every resource and sub-resource that carries the label; dry runs, forced applies and each object of a deletecollection alike.
 * Not seen: sub-resources with a body of another kind (exec, scale, eviction). `inside-testbeds` guards those that participants have.
 */
export function managedObjects(admins: readonly string[]): GuardRail {
  return guardRail('testbed-managed-objects', {
    matchConstraints: {
      resourceRules: [
        { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['*/*'] },
      ],
      objectSelector: { matchLabels: { [LABELS.managed]: 'true' } },
    },
    matchConditions: [unlessExempt(admins)],
    validations: [
      {
        expression: 'false',
        message: message(
          `what bears the label ${LABELS.managed} belongs to the platform: ask its operator for a change`,
          `${LABELS.managed} 레이블이 붙은 객체는 플랫폼이 관리합니다. 변경이 필요하면 운영자에게 요청하세요`,
        ),
        reason: 'Forbidden',
      },
    ],
  });
}
