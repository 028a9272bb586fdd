import { TestbedError, text } from '../errors';
import { stringAt } from './json';
import { podReadiness } from './pod-readiness';
import type { KubernetesClient, KubernetesObject } from './types';

export interface PodSelection {
  readonly namespace: string;
  /** One of the two. */
  readonly name?: string;
  readonly labelSelector?: string;
}

const WATCH_SECONDS = 60;

/**
 * The pod that is ready for work, at the latest after `waitMs`: while one restarts it is waited for. Throws NotReady that says how the pod is, or the
 * signal's reason.
 */
export async function readyPod(
  client: KubernetesClient,
  selection: PodSelection,
  waitMs: number,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const { namespace, name, labelSelector } = selection;
  const options = {
    namespace,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  };
  const late = AbortSignal.timeout(waitMs);
  const both = AbortSignal.any([signal, late]);
  let last: KubernetesObject | undefined;
  try {
    for (;;) {
      for await (const pod of client.list('v1', 'Pod', { ...options, signal: both })) {
        if (isReady(pod)) return pod;
        last = pod;
      }
      // From the beginning: what happened since the list comes first.
      for await (const event of client.watch('v1', 'Pod', {
        ...options,
        timeoutSeconds: WATCH_SECONDS,
        signal: both,
      })) {
        if (event.type === 'BOOKMARK') continue;
        if (event.type === 'DELETED') last = undefined;
        else if (isReady(event.object)) return event.object;
        else last = event.object;
      }
      both.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw notReady(selection, last);
    throw error;
  }
}

function isReady(pod: KubernetesObject): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    stringAt(pod['status'], 'phase') === 'Running' &&
    podReadiness(pod).state === 'ready'
  );
}

function notReady({ name, labelSelector, namespace }: PodSelection, pod: KubernetesObject | undefined): TestbedError {
  const which = pod?.metadata.name ?? name ?? labelSelector ?? '';
  if (pod === undefined)
    return new TestbedError(
      'NotReady',
      text(`there is no pod ${which} in ${namespace}`, `${namespace}에 ${which} 파드가 없습니다`),
    );
  const verdict = podReadiness(pod);
  const reason = verdict.state === 'ready' ? undefined : verdict.reason;
  const ending = pod.metadata.deletionTimestamp !== undefined;
  return new TestbedError(
    'NotReady',
    ending
      ? text(`the pod ${which} is ending`, `${which} 파드가 종료되는 중입니다`)
      : text(
          `the pod ${which} is not ready: ${reason?.en ?? stringAt(pod['status'], 'phase') ?? ''}`,
          `${which} 파드가 준비되지 않았습니다: ${reason?.ko ?? stringAt(pod['status'], 'phase') ?? ''}`,
        ),
  );
}
