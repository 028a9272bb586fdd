import { text, verbatim } from '../errors';
import { conditionOf, isObserved, wordsOf } from './conditions';
import { fieldsAt, isFields, listAt, numberAt, stringAt } from './json';
import { podReadiness } from './pod-readiness';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import type { KubernetesObject } from './types';

export type { Readiness };

/**
 * Whether an object does what it is there for, from the object alone. Kinds with a meaning of their own: Namespace, Pod, Deployment, StatefulSet,
 * DaemonSet, ReplicaSet, Job, PersistentVolumeClaim, Service, CustomResourceDefinition. All others by their conditions Ready and Stalled,
 * and ready when they have none.
 */
export function readiness(object: KubernetesObject): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) return failed(text('it is being deleted', '삭제되는 중입니다'));
  if (!isObserved(object))
    return waiting(
      text('its controller has not seen the latest change yet', '컨트롤러가 아직 최근 변경을 반영하지 않았습니다'),
    );
  return (BY_KIND[kindKey(object)] ?? byConditions)(object);
}

const BY_KIND: Readonly<Record<string, (object: KubernetesObject) => Readiness>> = {
  '/Namespace': namespaceReadiness,
  '/Pod': podReadiness,
  '/PersistentVolumeClaim': claimReadiness,
  '/Service': serviceReadiness,
  'apps/Deployment': deploymentReadiness,
  'apps/StatefulSet': statefulSetReadiness,
  'apps/DaemonSet': daemonSetReadiness,
  'apps/ReplicaSet': replicaSetReadiness,
  'batch/Job': jobReadiness,
  'apiextensions.k8s.io/CustomResourceDefinition': definitionReadiness,
};

/** `apps/Deployment`, `/Pod`: whatever the version. */
export function kindKey({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''}/${kind}`;
}

function namespaceReadiness(object: KubernetesObject): Readiness {
  const phase = stringAt(object['status'], 'phase');
  return phase === 'Active'
    ? READY
    : waiting(text(`its phase is ${phase ?? 'unset'}`, `단계가 ${phase ?? '없음'}입니다`));
}

function claimReadiness(object: KubernetesObject): Readiness {
  const phase = stringAt(object['status'], 'phase');
  if (phase === 'Bound') return READY;
  if (phase === 'Lost') return failed(text('the volume it was bound to is gone', '연결되어 있던 볼륨이 사라졌습니다'));
  const storageClass = stringAt(object['spec'], 'storageClassName');
  const by = storageClass ? `storage class "${storageClass}"` : 'no storage class';
  return waiting(
    text(
      `the claim is not bound to a volume yet (${by})`,
      `볼륨 클레임이 아직 볼륨에 연결되지 않았습니다 (${storageClass ? `스토리지 클래스 "${storageClass}"` : '스토리지 클래스 없음'})`,
    ),
  );
}

function serviceReadiness(object: KubernetesObject): Readiness {
  if (stringAt(object['spec'], 'type') !== 'LoadBalancer') return READY;
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0
    ? READY
    : waiting(text('no load balancer has been given to it yet', '아직 로드 밸런서가 할당되지 않았습니다'));
}

/** Counts that start from 0 when the status does not have them. */
function count(object: KubernetesObject, field: string): number {
  return numberAt(object['status'], field) ?? 0;
}

function wanted(object: KubernetesObject): number {
  return numberAt(object['spec'], 'replicas') ?? 1;
}

function short(have: number, of: number, en: string, ko: string): Readiness | undefined {
  return have >= of ? undefined : waiting(text(`${have} of ${of} pods are ${en}`, `파드 ${of}개 중 ${have}개가 ${ko}`));
}

function unseen(object: KubernetesObject): Readiness | undefined {
  return numberAt(object['status'], 'observedGeneration') === undefined
    ? waiting(text('its controller has not seen it yet', '컨트롤러가 아직 이 객체를 처리하지 않았습니다'))
    : undefined;
}

function deploymentReadiness(object: KubernetesObject): Readiness {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return failed(
      text(
        `the rollout did not finish in time: ${progressing.message}`,
        `배포가 제한 시간 안에 끝나지 않았습니다: ${progressing.message}`,
      ),
    );
  const replicas = wanted(object);
  const old = count(object, 'replicas') - count(object, 'updatedReplicas');
  const blocked = conditionOf(object, 'ReplicaFailure');
  const behind =
    unseen(object) ??
    (blocked?.status === 'True' ? waiting(verbatim(wordsOf(blocked))) : undefined) ??
    short(count(object, 'updatedReplicas'), replicas, 'of the new version', '새 버전입니다');
  if (behind !== undefined) return behind;
  if (old > 0)
    return waiting(
      text(`${old} pods of the old version have not ended yet`, `이전 버전 파드 ${old}개가 아직 종료되지 않았습니다`),
    );
  return short(count(object, 'availableReplicas'), replicas, 'available', '사용 가능합니다') ?? READY;
}

function statefulSetReadiness(object: KubernetesObject): Readiness {
  const replicas = wanted(object);
  const behind = unseen(object) ?? short(count(object, 'readyReplicas'), replicas, 'ready', '준비되었습니다');
  if (behind !== undefined) return behind;
  const strategy = fieldsAt(object, 'spec', 'updateStrategy');
  if (stringAt(strategy, 'type') === 'OnDelete') return READY;
  const partition = numberAt(fieldsAt(strategy, 'rollingUpdate'), 'partition') ?? 0;
  return (
    short(count(object, 'updatedReplicas'), Math.max(0, replicas - partition), 'of the new version', '새 버전입니다') ??
    READY
  );
}

function daemonSetReadiness(object: KubernetesObject): Readiness {
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

function replicaSetReadiness(object: KubernetesObject): Readiness {
  const blocked = conditionOf(object, 'ReplicaFailure');
  return (
    unseen(object) ??
    (blocked?.status === 'True' ? waiting(verbatim(wordsOf(blocked))) : undefined) ??
    short(count(object, 'availableReplicas'), wanted(object), 'available', '사용 가능합니다') ??
    READY
  );
}

/** A Job is ready when it is done: what depends on it needs its work, not its start. */
function jobReadiness(object: KubernetesObject): Readiness {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True')
    return failed(text(`the job failed: ${wordsOf(failure)}`, `작업이 실패했습니다: ${wordsOf(failure)}`));
  if (conditionOf(object, 'Complete')?.status === 'True') return READY;
  if (isFields(object['spec']) && object['spec']['suspend'] === true)
    return waiting(text('the job is suspended', '작업이 일시 중지되어 있습니다'));
  return (
    short(count(object, 'succeeded'), numberAt(object['spec'], 'completions') ?? 1, 'done', '완료되었습니다') ??
    waiting(text('the job is finishing', '작업이 마무리되는 중입니다'))
  );
}

function definitionReadiness(object: KubernetesObject): Readiness {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False')
    return failed(
      text(`its names are not accepted: ${wordsOf(names)}`, `이름이 받아들여지지 않았습니다: ${wordsOf(names)}`),
    );
  return conditionOf(object, 'Established')?.status === 'True'
    ? READY
    : waiting(text('the kind is not served yet', '아직 이 종류의 API가 제공되지 않습니다'));
}

function byConditions(object: KubernetesObject): Readiness {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return failed(verbatim(wordsOf(stalled)));
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined || ready.status === 'True') return READY;
  return waiting(verbatim(wordsOf(ready) || 'Ready is not True'));
}
