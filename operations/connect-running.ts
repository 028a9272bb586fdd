import { LABELS } from '../components/vocabulary';
import { fieldsAt, stringAt } from '../kubernetes/json';
import type { KubernetesObject } from '../kubernetes/types';
import { TestbedError, text } from '../errors';
import type { MemberAccess } from './connect-member';

/** Refuses a pod that only looks as if it ran: on a simulated node there is nothing to talk to. Throws NotReady. */
export async function requireRunning({ reader, testbed }: MemberAccess, pod: KubernetesObject): Promise<void> {
  const name = stringAt(fieldsAt(pod, 'spec'), 'nodeName');
  if (name === undefined) return;
  const node = await reader.get({ apiVersion: 'v1', kind: 'Node', name });
  if (node?.metadata.labels?.[LABELS.simulated] !== 'true') return;
  throw new TestbedError(
    'NotReady',
    text(
      `the nodes of this cluster are simulated: the pod ${pod.metadata.name} of '${testbed.name}' looks ready and does not run`,
      `이 클러스터의 노드는 모의 노드입니다. '${testbed.name}'의 파드 ${pod.metadata.name}은(는) 준비된 것으로 보이지만 실제로 실행되지 않습니다`,
    ),
    {
      hint: text(
        'a cluster with a real node runs it: testbed cluster up --nodes real',
        '실제 노드가 있는 클러스터에서 실행됩니다: testbed cluster up --nodes real',
      ),
    },
  );
}
