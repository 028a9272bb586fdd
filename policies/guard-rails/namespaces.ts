import { GRADES, LABELS, NAMESPACES, PLATFORM_PREFIX, TESTBED_ID, previewNamespace } from '../../components/vocabulary';
import { celString, unlessExempt } from './exempt-users';
import { keysUnchanged, mapOf } from './platform-keys';
import { guardRail, message, type GuardRail } from './policy';

const MANAGED = celString(LABELS.managed);
const STANDING = [NAMESPACES.system, NAMESPACES.access, ...GRADES.map(previewNamespace)];
const OUR_NAMES = `${TESTBED_ID.source}|^(${STANDING.join('|')})$`;

/**
 * No namespace of somebody else's gets our labels or annotations: they would make it look like a testbed to everything that finds
 * testbeds by label. A namespace that bears `managed` is guarded as a whole by `managed-objects`. And none bears a name of ours, whatever its
 * labels: names are how rights, rules' parameters and people's identities are found.
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
          operations: ['CREATE', 'UPDATE', 'DELETE'],
          resources: ['namespaces', 'namespaces/*'],
        },
      ],
    },
    matchConditions: [unlessExempt(admins)],
    variables: [
      { name: 'name', expression: '(object == null ? oldObject : object).metadata.name' },
      { name: 'labels', expression: mapOf('object', 'labels') },
      { name: 'old_labels', expression: mapOf('oldObject', 'labels') },
      { name: 'annotations', expression: mapOf('object', 'annotations') },
      { name: 'old_annotations', expression: mapOf('oldObject', 'annotations') },
    ],
    validations: [
      {
        expression:
          "request.operation == 'DELETE' || " +
          keysUnchanged('variables.labels', 'variables.old_labels', [PLATFORM_PREFIX]) +
          ' && ' +
          keysUnchanged('variables.annotations', 'variables.old_annotations', [PLATFORM_PREFIX]),
        message: message(
          `labels and annotations under ${PLATFORM_PREFIX} are set by the platform only`,
          `${PLATFORM_PREFIX} 레이블과 어노테이션은 플랫폼만 설정할 수 있습니다`,
        ),
        reason: 'Forbidden',
      },
      {
        // What bears our label is guarded by `managed-objects`; one voice is enough.
        expression: `${MANAGED} in variables.labels || ${MANAGED} in variables.old_labels || !variables.name.matches(${celString(OUR_NAMES)})`,
        message: message(
          `namespaces called ${STANDING.join(', ')} or like a testbed (tb- and six characters) are made, changed and ended by the platform only`,
          `${STANDING.join(', ')} 네임스페이스와 테스트베드 이름 형식(tb- 뒤 여섯 글자)의 네임스페이스는 플랫폼만 만들고 변경하고 종료할 수 있습니다`,
        ),
        reason: 'Forbidden',
      },
    ],
  });
}
