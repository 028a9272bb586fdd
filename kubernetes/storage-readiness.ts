import { text } from '../errors';
import { conditionOf, wordsOf } from './conditions';
import { fieldsAt, stringAt } from './json';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';
import { plainWords } from './wording';

export function claimReadiness(object: KubernetesObject): Readiness {
  const phase = stringAt(object['status'], 'phase');
  if (phase === 'Lost') return failed(text('the volume it was bound to is gone', '연결되어 있던 볼륨이 사라졌습니다'));
  if (phase === 'Bound') return growth(object) ?? READY;
  const storageClass = stringAt(object['spec'], 'storageClassName');
  const by = storageClass ? `storage class "${storageClass}"` : 'no storage class';
  return waiting(
    text(
      `the claim is not bound to a volume yet (${by})`,
      `볼륨 클레임이 아직 볼륨에 연결되지 않았습니다 (${storageClass ? `스토리지 클래스 "${storageClass}"` : '스토리지 클래스 없음'})`,
    ),
  );
}

/** A bound claim that is being made larger; the part that a node does waits for a pod, so it is not waited for here. */
function growth(object: KubernetesObject): Readiness | undefined {
  const step = stringAt(fieldsAt(object, 'status', 'allocatedResourceStatuses'), 'storage') ?? '';
  if (step.endsWith('Infeasible'))
    return failed(
      text(
        `the volume cannot be made as large as is asked for (${step})`,
        `볼륨을 요청한 크기로 늘릴 수 없습니다 (${step})`,
      ),
    );
  const resizing = conditionOf(object, 'Resizing');
  if (resizing?.status !== 'True') return undefined;
  const words = wordsOf(resizing);
  return waiting(
    text(
      `the volume is being made larger${words && `: ${words}`}`,
      `볼륨 크기를 늘리는 중입니다${words && `: ${words}`}`,
    ),
  );
}

export function volumeReadiness(object: KubernetesObject): Readiness {
  const phase = stringAt(object['status'], 'phase');
  const message = plainWords(stringAt(object['status'], 'message') ?? '');
  if (phase === 'Failed')
    return failed(
      text(
        `the volume cannot be given back${message && `: ${message}`}`,
        `볼륨을 회수할 수 없습니다${message && `: ${message}`}`,
      ),
    );
  return phase === 'Available' || phase === 'Bound' || phase === 'Released'
    ? READY
    : waiting(text('the volume is not available yet', '볼륨을 아직 사용할 수 없습니다'));
}

export function attachmentReadiness(object: KubernetesObject): Readiness {
  const status = fieldsAt(object, 'status');
  if (status['attached'] === true) return READY;
  const message = plainWords(stringAt(fieldsAt(status, 'attachError'), 'message') ?? '');
  return waiting(
    text(
      `the volume is not attached to its node yet${message && `: ${message}`}`,
      `볼륨이 아직 노드에 연결되지 않았습니다${message && `: ${message}`}`,
    ),
  );
}
