import { text, type Text } from '../errors';
import { conditionOf, wordsOf } from './conditions';
import { fieldsAt, isFields, numberAt, stringAt } from './json';
import { READY, failed, short, unseen, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';

/** Counts that start from 0 when the status does not have them. */
function count(object: KubernetesObject, field: string): number {
  return numberAt(object['status'], field) ?? 0;
}

function wanted(object: KubernetesObject): number {
  return numberAt(object['spec'], 'replicas') ?? 1;
}

/** Its controller may not create pods: a quota, a policy of admission, a missing service account. */
function blocked(object: KubernetesObject): Readiness | undefined {
  const failure = conditionOf(object, 'ReplicaFailure');
  return failure?.status === 'True' ? waiting(createRefused(wordsOf(failure))) : undefined;
}

/** Why a controller has no pods, in the words of who refused them. */
export function createRefused(words: string): Text {
  return text(`its pods may not be created: ${words}`, `파드를 만들 수 없습니다: ${words}`);
}

/** Pods beyond the number that is wanted, which are on their way out. */
function surplus(object: KubernetesObject, of: number): Readiness | undefined {
  const many = count(object, 'replicas') - of;
  return many > 0
    ? waiting(
        text(
          `${many} pods too many have not ended yet`,
          `필요한 수보다 많은 파드 ${many}개가 아직 종료되지 않았습니다`,
        ),
      )
    : undefined;
}

function paused(object: KubernetesObject): boolean {
  return isFields(object['spec']) && object['spec']['paused'] === true;
}

export function deploymentReadiness(object: KubernetesObject): Readiness {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return failed(
      text(
        `the rollout did not finish in time: ${progressing.message}`,
        `배포가 제한 시간 안에 끝나지 않았습니다: ${progressing.message}`,
      ),
    );
  const replicas = wanted(object);
  const behind =
    unseen(object) ??
    blocked(object) ??
    short(count(object, 'updatedReplicas'), replicas, 'of the new version', '새 버전입니다');
  if (behind !== undefined)
    return paused(object)
      ? waiting(
          text(
            'its rollout is paused, so that the new version does not come; set spec.paused to false',
            '배포가 일시 중지되어 새 버전이 적용되지 않습니다. spec.paused를 false로 바꾸세요',
          ),
        )
      : behind;
  const old = count(object, 'replicas') - count(object, 'updatedReplicas');
  if (old > 0)
    return waiting(
      text(`${old} pods of the old version have not ended yet`, `이전 버전 파드 ${old}개가 아직 종료되지 않았습니다`),
    );
  return (
    surplus(object, replicas) ??
    short(count(object, 'availableReplicas'), replicas, 'available', '사용 가능합니다') ??
    READY
  );
}

export function statefulSetReadiness(object: KubernetesObject): Readiness {
  const replicas = wanted(object);
  const behind =
    unseen(object) ??
    short(count(object, 'readyReplicas'), replicas, 'ready', '준비되었습니다') ??
    surplus(object, replicas);
  if (behind !== undefined) return behind;
  const strategy = fieldsAt(object, 'spec', 'updateStrategy');
  // Who deletes the pods decides when they get the new version.
  if (stringAt(strategy, 'type') === 'OnDelete') return READY;
  const partition = numberAt(fieldsAt(strategy, 'rollingUpdate'), 'partition') ?? 0;
  const late = (numberAt(object['spec'], 'minReadySeconds') ?? 0) > 0;
  return (
    short(count(object, 'updatedReplicas'), Math.max(0, replicas - partition), 'of the new version', '새 버전입니다') ??
    (late ? short(count(object, 'availableReplicas'), replicas, 'available', '사용 가능합니다') : undefined) ??
    READY
  );
}

export function daemonSetReadiness(object: KubernetesObject): Readiness {
  const desired = count(object, 'desiredNumberScheduled');
  const behind = unseen(object);
  if (behind !== undefined) return behind;
  const onDelete = stringAt(fieldsAt(object, 'spec', 'updateStrategy'), 'type') === 'OnDelete';
  return (
    (onDelete
      ? undefined
      : short(count(object, 'updatedNumberScheduled'), desired, 'of the new version', '새 버전입니다')) ??
    short(count(object, 'numberAvailable'), desired, 'available', '사용 가능합니다') ??
    READY
  );
}

/** A ReplicaSet, or a ReplicationController. */
export function replicaSetReadiness(object: KubernetesObject): Readiness {
  const replicas = wanted(object);
  return (
    unseen(object) ??
    blocked(object) ??
    short(count(object, 'availableReplicas'), replicas, 'available', '사용 가능합니다') ??
    surplus(object, replicas) ??
    READY
  );
}

/**
 * A Job is ready when it is done: what depends on it needs its work, not its start. A suspended one does what it was asked to, which is nothing:
 * no waiting would end that.
 */
export function jobReadiness(object: KubernetesObject): Readiness {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True')
    return failed(
      text(
        `the job failed: ${wordsOf(failure)}${failedIndexes(object).en}`,
        `작업이 실패했습니다: ${wordsOf(failure)}${failedIndexes(object).ko}`,
      ),
    );
  if (conditionOf(object, 'Complete')?.status === 'True') return READY;
  const failing = conditionOf(object, 'FailureTarget');
  if (failing?.status === 'True')
    return waiting(
      text(
        `the job is failing: ${wordsOf(failing)}${failedIndexes(object).en}`,
        `작업이 실패하고 있습니다: ${wordsOf(failing)}${failedIndexes(object).ko}`,
      ),
    );
  const { suspend } = fieldsAt(object, 'spec');
  if (suspend === true) return READY;
  const completions = numberAt(object['spec'], 'completions');
  const done = count(object, 'succeeded');
  const tries = count(object, 'failed');
  const after = tries === 0 ? text('', '') : text(` (${tries} pods failed so far)`, ` (지금까지 파드 ${tries}개 실패)`);
  if (done >= (completions ?? 1)) return waiting(text('the job is finishing', '작업이 마무리되는 중입니다'));
  // Without a number of completions the pods agree among themselves when the work is done.
  return waiting(
    completions === undefined
      ? text(`the job is at work${after.en}`, `작업이 진행 중입니다${after.ko}`)
      : text(
          `${done} of ${completions} pods are done${after.en}`,
          `파드 ${completions}개 중 ${done}개가 완료되었습니다${after.ko}`,
        ),
  );
}

function failedIndexes(object: KubernetesObject): Text {
  const indexes = (stringAt(object['status'], 'failedIndexes') ?? '').slice(0, 100);
  return indexes === '' ? text('', '') : text(` (indexes that failed: ${indexes})`, ` (실패한 인덱스: ${indexes})`);
}

/** The controller of an autoscaler has found what it scales; that metrics come, which takes pods at work, is not waited for. */
export function autoscalerReadiness(object: KubernetesObject): Readiness {
  const able = conditionOf(object, 'AbleToScale');
  if (able === undefined) {
    // autoscaling/v1 has no conditions; its status is empty until the controller has looked.
    if (numberAt(object['status'], 'desiredReplicas') !== undefined && object.apiVersion === 'autoscaling/v1')
      return READY;
    return waiting(
      text('its controller has not looked at what it scales yet', '컨트롤러가 아직 확장 대상을 확인하지 않았습니다'),
    );
  }
  return able.status === 'True'
    ? READY
    : waiting(text(`what it scales cannot be scaled: ${wordsOf(able)}`, `대상을 확장할 수 없습니다: ${wordsOf(able)}`));
}

/** How many pods may be disrupted has been computed; that some may is not asked for. */
export function disruptionBudgetReadiness(object: KubernetesObject): Readiness {
  const allowed = conditionOf(object, 'DisruptionAllowed');
  if (allowed?.reason === 'SyncFailed')
    return waiting(
      text(
        `what it allows cannot be computed: ${allowed.message}`,
        `허용할 중단 수를 계산할 수 없습니다: ${allowed.message}`,
      ),
    );
  return unseen(object) ?? READY;
}
