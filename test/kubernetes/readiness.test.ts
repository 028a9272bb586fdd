import { describe, expect, it } from 'vitest';
import { readiness } from '../../kubernetes/readiness';
import type { KubernetesObject } from '../../kubernetes/types';

function object(kind: string, spec: object, status: object, generation = 1): KubernetesObject {
  const apiVersion =
    { Deployment: 'apps/v1', StatefulSet: 'apps/v1', DaemonSet: 'apps/v1', ReplicaSet: 'apps/v1', Job: 'batch/v1' }[
      kind
    ] ??
    (kind === 'CustomResourceDefinition' ? 'apiextensions.k8s.io/v1' : kind === 'Widget' ? 'example.org/v1' : 'v1');
  return { apiVersion, kind, metadata: { name: 'a', generation }, spec, status };
}

/** `ready`, or the state and the English reason. */
function verdict(of: KubernetesObject): string {
  const judged = readiness(of);
  if (judged.state === 'ready') return 'ready';
  expect(judged.reason.ko).not.toBe('');
  return `${judged.state}: ${judged.reason.en}`;
}

const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const container = (state: object, more: object = {}) => ({
  conditions: [condition('PodScheduled', 'True'), condition('Ready', 'False', 'ContainersNotReady', 'no')],
  phase: 'Pending',
  containerStatuses: [{ name: 'db', image: 'postgres:15', state, ...more }],
});

describe('readiness', () => {
  it.each<[string, KubernetesObject, string]>([
    ['Namespace', object('Namespace', {}, { phase: 'Active' }), 'ready'],
    ['Namespace', object('Namespace', {}, { phase: 'Terminating' }), 'waiting: its phase is Terminating'],
    ['Service', object('Service', { type: 'ClusterIP' }, {}), 'ready'],
    ['Service', object('Service', { type: 'LoadBalancer' }, {}), 'waiting: no load balancer has been given to it yet'],
    [
      'Service',
      object('Service', { type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } }),
      'ready',
    ],
    ['claim', object('PersistentVolumeClaim', {}, { phase: 'Bound' }), 'ready'],
    [
      'claim',
      object('PersistentVolumeClaim', { storageClassName: 's' }, { phase: 'Pending' }),
      'waiting: the claim is not bound to a volume yet (storage class "s")',
    ],
    ['claim', object('PersistentVolumeClaim', {}, { phase: 'Lost' }), 'failed: the volume it was bound to is gone'],
    [
      'Deployment',
      object(
        'Deployment',
        { replicas: 2 },
        { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      ),
      'ready',
    ],
    ['Deployment', object('Deployment', { replicas: 0 }, { observedGeneration: 1 }), 'ready'],
    ['Deployment', object('Deployment', {}, {}), 'waiting: its controller has not seen it yet'],
    [
      'Deployment',
      object('Deployment', {}, { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }, 2),
      'waiting: its controller has not seen the latest change yet',
    ],
    [
      'Deployment',
      object(
        'Deployment',
        { replicas: 2 },
        { observedGeneration: 1, replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
      ),
      'waiting: 1 pods of the old version have not ended yet',
    ],
    [
      'Deployment',
      object(
        'Deployment',
        {},
        { observedGeneration: 1, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota')] },
      ),
      'waiting: FailedCreate: exceeded quota',
    ],
    [
      'Deployment',
      object(
        'Deployment',
        {},
        { observedGeneration: 1, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'late')] },
      ),
      'failed: the rollout did not finish in time: late',
    ],
    [
      'StatefulSet',
      object('StatefulSet', { replicas: 1 }, { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1 }),
      'ready',
    ],
    [
      'StatefulSet',
      object('StatefulSet', { replicas: 2 }, { observedGeneration: 1, readyReplicas: 1 }),
      'waiting: 1 of 2 pods are ready',
    ],
    [
      'StatefulSet',
      object('StatefulSet', { replicas: 2 }, { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 1 }),
      'waiting: 1 of 2 pods are of the new version',
    ],
    [
      'StatefulSet',
      object(
        'StatefulSet',
        { replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
        { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 1 },
      ),
      'ready',
    ],
    ['DaemonSet', object('DaemonSet', {}, { observedGeneration: 1, desiredNumberScheduled: 0 }), 'ready'],
    [
      'DaemonSet',
      object(
        'DaemonSet',
        {},
        { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      ),
      'waiting: 2 of 3 pods are available',
    ],
    ['ReplicaSet', object('ReplicaSet', { replicas: 1 }, { observedGeneration: 1, availableReplicas: 1 }), 'ready'],
    ['Job', object('Job', {}, { conditions: [condition('Complete', 'True')] }), 'ready'],
    ['Job', object('Job', { completions: 2 }, { succeeded: 1 }), 'waiting: 1 of 2 pods are done'],
    ['Job', object('Job', { suspend: true }, {}), 'waiting: the job is suspended'],
    [
      'Job',
      object('Job', {}, { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'too often')] }),
      'failed: the job failed: BackoffLimitExceeded: too often',
    ],
    ['definition', object('CustomResourceDefinition', {}, { conditions: [condition('Established', 'True')] }), 'ready'],
    ['definition', object('CustomResourceDefinition', {}, {}), 'waiting: the kind is not served yet'],
    ['other kind', object('Widget', {}, {}), 'ready'],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Ready', 'False', 'Busy', 'wait')] }),
      'waiting: Busy: wait',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Stalled', 'True', 'Broken', 'x')] }),
      'failed: Broken: x',
    ],
    ['pod', object('Pod', {}, { phase: 'Running', conditions: [condition('Ready', 'True')] }), 'ready'],
    ['pod', object('Pod', {}, { phase: 'Succeeded' }), 'ready'],
    [
      'pod',
      object('Pod', {}, { phase: 'Failed', reason: 'Evicted', message: 'disk' }),
      'failed: the pod failed: Evicted: disk',
    ],
    [
      'pod',
      object(
        'Pod',
        {},
        {
          phase: 'Pending',
          conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes are available')],
        },
      ),
      'waiting: no node can take the pod: 0/3 nodes are available',
    ],
    [
      'pod',
      object('Pod', {}, container({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } })),
      'waiting: container "db" cannot get its image "postgres:15" (ImagePullBackOff): not found',
    ],
    [
      'pod',
      object(
        'Pod',
        {},
        container(
          { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
          { restartCount: 4, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
        ),
      ),
      'waiting: container "db" keeps ending (4 restarts), last with exit code 137: OOMKilled',
    ],
    [
      'pod',
      object(
        'Pod',
        {},
        container({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "s" not found' } }),
      ),
      'waiting: container "db" cannot start (CreateContainerConfigError): secret "s" not found',
    ],
    [
      'pod',
      object('Pod', {}, container({ waiting: { reason: 'ContainerCreating' } })),
      'waiting: the pod is not ready: ContainersNotReady: no',
    ],
  ])('of a %s', (_kind, given, expected) => {
    expect(verdict(given)).toBe(expected);
  });

  it('fails what is being deleted', () => {
    const ending = object('Namespace', {}, { phase: 'Active' });
    ending.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(verdict(ending)).toBe('failed: it is being deleted');
  });
});
