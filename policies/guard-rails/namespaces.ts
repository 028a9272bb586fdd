import { PLATFORM_PREFIX } from '../../components/vocabulary';
import { unlessExempt } from './exempt-users';
import { keysUnchanged, mapOf } from './platform-keys';
import { guardRail, message, type GuardRail } from './policy';

/**
 * No namespace of somebody else's gets our labels or annotations: they would make it look like a testbed to everything that finds
 * testbeds by label. A namespace that bears `managed` is guarded as a whole by `managed-objects`.
 *
 * Pod Security labels of other namespaces are their owners' business.
 */
export function namespaceKeys(admins: readonly string[]): GuardRail {
  return guardRail('testbed-namespace-keys', {
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: [''],
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['namespaces', 'namespaces/*'],
        },
      ],
    },
    matchConditions: [unlessExempt(admins)],
    variables: [
      { name: 'labels', expression: mapOf('object', 'labels') },
      { name: 'old_labels', expression: mapOf('oldObject', 'labels') },
      { name: 'annotations', expression: mapOf('object', 'annotations') },
      { name: 'old_annotations', expression: mapOf('oldObject', 'annotations') },
    ],
    validations: [
      {
        expression:
          keysUnchanged('variables.labels', 'variables.old_labels', [PLATFORM_PREFIX]) +
          ' && ' +
          keysUnchanged('variables.annotations', 'variables.old_annotations', [PLATFORM_PREFIX]),
        message: message(
          `labels and annotations under ${PLATFORM_PREFIX} are set by the platform only`,
          `${PLATFORM_PREFIX} 레이블과 어노테이션은 플랫폼만 설정할 수 있습니다`,
        ),
        reason: 'Forbidden',
      },
    ],
  });
}
