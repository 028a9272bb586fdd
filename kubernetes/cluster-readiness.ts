import { text } from '../errors';
import { conditionOf, wordsOf } from './conditions';
import { fieldsAt, listAt, stringAt } from './json';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';

export function namespaceReadiness(object: KubernetesObject): Readiness {
  const phase = stringAt(object['status'], 'phase');
  return phase === 'Active'
    ? READY
    : waiting(text(`its phase is ${phase ?? 'unset'}`, `단계가 ${phase ?? '없음'}입니다`));
}

export function serviceReadiness(object: KubernetesObject): Readiness {
  if (stringAt(object['spec'], 'type') !== 'LoadBalancer') return READY;
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0
    ? READY
    : waiting(text('no load balancer has been given to it yet', '아직 로드 밸런서가 할당되지 않았습니다'));
}

/** Until its limits are noted in the status, pods that it counts are refused. */
export function quotaReadiness(object: KubernetesObject): Readiness {
  const wanted = Object.entries(fieldsAt(object, 'spec', 'hard'));
  const noted = fieldsAt(object, 'status', 'hard');
  return wanted.every(([resource, limit]) => noted[resource] === limit)
    ? READY
    : waiting(text('its limits are not in force yet', '한도가 아직 적용되지 않았습니다'));
}

export function definitionReadiness(object: KubernetesObject): Readiness {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False')
    return failed(
      text(`its names are not accepted: ${wordsOf(names)}`, `이름이 받아들여지지 않았습니다: ${wordsOf(names)}`),
    );
  const established = conditionOf(object, 'Established');
  if (established?.status === 'True') return READY;
  // Only "Installing" passes by itself.
  if (established?.status === 'False' && established.reason !== 'Installing' && names !== undefined)
    return failed(
      text(
        `the kind is not served: ${wordsOf(established)}`,
        `이 종류의 API를 제공할 수 없습니다: ${wordsOf(established)}`,
      ),
    );
  return waiting(text('the kind is not served yet', '아직 이 종류의 API가 제공되지 않습니다'));
}

export function apiServiceReadiness(object: KubernetesObject): Readiness {
  const available = conditionOf(object, 'Available');
  if (available?.status === 'True') return READY;
  const words = available === undefined ? '' : wordsOf(available);
  return waiting(
    text(
      `the group of kinds is not served yet${words && `: ${words}`}`,
      `이 API 그룹이 아직 제공되지 않습니다${words && `: ${words}`}`,
    ),
  );
}

export function signingRequestReadiness(object: KubernetesObject): Readiness {
  const denied = conditionOf(object, 'Denied');
  if (denied?.status === 'True')
    return failed(text(`the request was denied: ${wordsOf(denied)}`, `요청이 거부되었습니다: ${wordsOf(denied)}`));
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True')
    return failed(text(`the signer failed: ${wordsOf(failure)}`, `인증서 서명에 실패했습니다: ${wordsOf(failure)}`));
  if ((stringAt(object['status'], 'certificate') ?? '') !== '') return READY;
  return conditionOf(object, 'Approved')?.status === 'True'
    ? waiting(
        text('it is approved, but no certificate was issued yet', '승인되었지만 인증서가 아직 발급되지 않았습니다'),
      )
    : waiting(text('nobody has approved it yet', '아직 승인되지 않았습니다'));
}

export function flowSchemaReadiness(object: KubernetesObject): Readiness {
  const dangling = conditionOf(object, 'Dangling');
  if (dangling?.status === 'False') return READY;
  return dangling === undefined
    ? waiting(text('the API server has not taken it up yet', 'API 서버가 아직 반영하지 않았습니다'))
    : waiting(
        text(
          `its priority level does not exist: ${wordsOf(dangling)}`,
          `우선순위 수준이 없습니다: ${wordsOf(dangling)}`,
        ),
      );
}

/** Kinds whose controller always sets Ready. */
export function withReady(object: KubernetesObject): Readiness {
  const ready = conditionOf(object, 'Ready');
  if (ready?.status === 'True') return READY;
  const words = ready === undefined ? '' : wordsOf(ready);
  return waiting(
    text(`it is not ready yet${words && `: ${words}`}`, `아직 준비되지 않았습니다${words && `: ${words}`}`),
  );
}
