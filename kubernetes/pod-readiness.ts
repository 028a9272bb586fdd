import { text, type Text } from '../errors';
import { conditionOf, wordsOf } from './conditions';
import { fieldsAt, listAt, numberAt, stringAt, type Fields } from './json';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';
import { plainWords } from './wording';

/** These reasons name a mistake that waiting rarely mends: worth saying before all else. */
const TROUBLES: readonly string[] = [
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'CrashLoopBackOff',
  'RunContainerError',
];

export function podReadiness(pod: KubernetesObject): Readiness {
  const phase = stringAt(pod['status'], 'phase');
  if (phase === 'Succeeded') return READY;
  if (phase === 'Failed') return failed(failureOfPod(pod));
  const trouble = podTrouble(pod);
  if (trouble !== undefined) return waiting(trouble);
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status === 'True') return READY;
  const words = ready === undefined ? '' : wordsOf(ready);
  return waiting(
    text(`the pod is not ready${words && `: ${words}`}`, `파드가 준비되지 않았습니다${words && `: ${words}`}`),
  );
}

/** What keeps a pod from running, when it is something that a person must know: no node, no image, a crash; undefined when it is just starting. */
export function podTrouble(pod: unknown): Text | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'SchedulingGated')
    return text(
      `scheduling gates hold the pod back: ${gatesOf(pod)}`,
      `스케줄링 게이트가 파드를 보류하고 있습니다: ${gatesOf(pod)}`,
    );
  if (scheduled?.status === 'False')
    return text(
      `no node can take the pod: ${scheduled.message || scheduled.reason}`,
      `파드를 배치할 노드가 없습니다: ${scheduled.message || scheduled.reason}`,
    );
  for (const container of [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]) {
    const trouble = containerTrouble(container);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

function gatesOf(pod: unknown): string {
  const names = listAt(pod, 'spec', 'schedulingGates').map((gate) => plainWords(stringAt(gate, 'name') ?? '?'));
  return names.slice(0, 10).join(', ');
}

function containerTrouble(container: Fields): Text | undefined {
  const name = stringAt(container, 'name') ?? '?';
  // Between its end and the next start, before the back-off says so.
  const ended = fieldsAt(container, 'state', 'terminated');
  if ((numberAt(ended, 'exitCode') ?? 0) !== 0) {
    const end = endOf(ended);
    return text(`container "${name}" ended${end.en}`, `컨테이너 "${name}"이(가) 종료되었습니다${end.ko}`);
  }
  const waits = fieldsAt(container, 'state', 'waiting');
  const reason = stringAt(waits, 'reason') ?? '';
  if (!TROUBLES.includes(reason)) return undefined;
  const image = plainWords(stringAt(container, 'image') ?? '');
  const message = plainWords(stringAt(waits, 'message') ?? '');
  if (reason === 'CrashLoopBackOff') {
    const end = endOf(fieldsAt(container, 'lastState', 'terminated'));
    const restarts = numberAt(container, 'restartCount') ?? 0;
    return text(
      `container "${name}" keeps ending (${restarts} restarts)${end.en && `, last${end.en}`}`,
      `컨테이너 "${name}"이(가) 반복해서 종료됩니다 (재시작 ${restarts}회)${end.ko && `. 마지막 종료${end.ko}`}`,
    );
  }
  if (/Image/.test(reason))
    return text(
      `container "${name}" cannot get its image "${image}" (${reason})${message && `: ${message}`}`,
      `컨테이너 "${name}"이(가) 이미지 "${image}"을(를) 가져오지 못했습니다 (${reason})${message && `: ${message}`}`,
    );
  return text(
    `container "${name}" cannot start (${reason})${message && `: ${message}`}`,
    `컨테이너 "${name}"을(를) 시작할 수 없습니다 (${reason})${message && `: ${message}`}`,
  );
}

function endOf(terminated: Fields): Text {
  const code = numberAt(terminated, 'exitCode');
  if (code === undefined) return text('', '');
  const reason = plainWords(stringAt(terminated, 'reason') ?? '');
  const message = plainWords(stringAt(terminated, 'message') ?? '').slice(-500);
  const words = [reason, message].filter((part) => part !== '' && part !== 'Error').join(': ');
  return text(` with exit code ${code}${words && `: ${words}`}`, ` (종료 코드 ${code}${words && `: ${words}`})`);
}

function failureOfPod(pod: KubernetesObject): Text {
  const reason = plainWords(stringAt(pod['status'], 'reason') ?? '');
  const message = plainWords(stringAt(pod['status'], 'message') ?? '');
  const words = wordsOf({ reason, message });
  if (words !== '') return text(`the pod failed: ${words}`, `파드가 실패했습니다: ${words}`);
  for (const container of [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]) {
    const trouble = containerTrouble(container);
    if (trouble !== undefined) return trouble;
  }
  return text('the pod failed', '파드가 실패했습니다');
}
