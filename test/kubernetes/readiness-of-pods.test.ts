import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../kubernetes/types';
import { condition, container, object, verdict } from './support/judged-objects';

describe('readiness of pods', () => {
  it.each<[string, KubernetesObject, string]>([
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
    [
      'pod',
      object(
        'Pod',
        { schedulingGates: [{ name: 'example.org/quota' }] },
        { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'SchedulingGated', 'held')] },
      ),
      'waiting: scheduling gates hold the pod back: example.org/quota',
    ],
    [
      'pod',
      object('Pod', {}, container({ terminated: { exitCode: 3, reason: 'Error', message: 'no database' } })),
      'waiting: container "db" ended with exit code 3: no database',
    ],
    [
      'pod',
      object(
        'Pod',
        {},
        {
          phase: 'Failed',
          initContainerStatuses: [{ name: 'prepare', state: { terminated: { exitCode: 2, reason: 'Error' } } }],
        },
      ),
      'failed: container "prepare" ended with exit code 2',
    ],
  ])('of a %s', (_kind, given, expected) => {
    expect(verdict(given)).toBe(expected);
  });
});
