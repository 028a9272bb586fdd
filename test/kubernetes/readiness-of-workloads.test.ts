import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../kubernetes/types';
import { condition, object, verdict } from './support/judged-objects';

describe('readiness of workloads', () => {
  it.each<[string, KubernetesObject, string]>([
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
      'waiting: its pods may not be created: FailedCreate: exceeded quota',
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
    ['Job', object('Job', { suspend: true }, {}), 'ready'],
    [
      'Job',
      object('Job', {}, { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'too often')] }),
      'failed: the job failed: BackoffLimitExceeded: too often',
    ],
    [
      'Deployment',
      object(
        'Deployment',
        { replicas: 1 },
        { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
      ),
      'waiting: 2 pods too many have not ended yet',
    ],
    [
      'Deployment',
      object('Deployment', { paused: true }, { observedGeneration: 1, replicas: 1, availableReplicas: 1 }),
      'waiting: its rollout is paused, so that the new version does not come; set spec.paused to false',
    ],
    [
      'StatefulSet',
      object('StatefulSet', { replicas: 1 }, { observedGeneration: 1, replicas: 2, readyReplicas: 2 }),
      'waiting: 1 pods too many have not ended yet',
    ],
    [
      'StatefulSet',
      object(
        'StatefulSet',
        { replicas: 2, updateStrategy: { type: 'OnDelete' } },
        { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 0 },
      ),
      'ready',
    ],
    [
      'StatefulSet',
      object(
        'StatefulSet',
        { replicas: 1, minReadySeconds: 9 },
        { observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1 },
      ),
      'waiting: 0 of 1 pods are available',
    ],
    ['DaemonSet', object('DaemonSet', {}, {}), 'waiting: its controller has not seen it yet'],
    [
      'DaemonSet',
      object(
        'DaemonSet',
        {},
        { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
      ),
      'waiting: 1 of 3 pods are of the new version',
    ],
    [
      'DaemonSet',
      object(
        'DaemonSet',
        { updateStrategy: { type: 'OnDelete' } },
        { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
      ),
      'ready',
    ],
    ['controller', object('ReplicationController', { replicas: 2 }, {}), 'waiting: its controller has not seen it yet'],
    [
      'controller',
      object('ReplicationController', { replicas: 2 }, { observedGeneration: 1, replicas: 2, availableReplicas: 1 }),
      'waiting: 1 of 2 pods are available',
    ],
    [
      'controller',
      object('ReplicationController', { replicas: 2 }, { observedGeneration: 1, replicas: 2, availableReplicas: 2 }),
      'ready',
    ],
    [
      'controller',
      object(
        'ReplicationController',
        {},
        { observedGeneration: 1, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'denied')] },
      ),
      'waiting: its pods may not be created: FailedCreate: denied',
    ],
    ['Job', object('Job', {}, { active: 1 }), 'waiting: the job is at work'],
    ['Job', object('Job', {}, { active: 1, failed: 2 }), 'waiting: the job is at work (2 pods failed so far)'],
    [
      'Job',
      object('Job', { completions: 4 }, { active: 1, succeeded: 2, failed: 1 }),
      'waiting: 2 of 4 pods are done (1 pods failed so far)',
    ],
    ['Job', object('Job', { completions: 1 }, { succeeded: 1 }), 'waiting: the job is finishing'],
    [
      'indexed Job',
      object(
        'Job',
        { completionMode: 'Indexed', completions: 4 },
        {
          succeeded: 2,
          failedIndexes: '1,3',
          conditions: [condition('Failed', 'True', 'FailedIndexes', 'Job has failed indexes')],
        },
      ),
      'failed: the job failed: FailedIndexes: Job has failed indexes (indexes that failed: 1,3)',
    ],
    [
      'Job',
      object('Job', {}, { conditions: [condition('FailureTarget', 'True', 'PodFailurePolicy', 'exit 42')] }),
      'waiting: the job is failing: PodFailurePolicy: exit 42',
    ],
    ['CronJob', object('CronJob', {}, {}), 'ready'],
    ['budget', object('PodDisruptionBudget', {}, {}), 'waiting: its controller has not seen it yet'],
    ['budget', object('PodDisruptionBudget', {}, { observedGeneration: 1, disruptionsAllowed: 0 }), 'ready'],
    [
      'budget',
      object(
        'PodDisruptionBudget',
        {},
        { observedGeneration: 1, conditions: [condition('DisruptionAllowed', 'False', 'SyncFailed', 'no scale')] },
      ),
      'waiting: what it allows cannot be computed: no scale',
    ],
    [
      'budget',
      object(
        'PodDisruptionBudget',
        {},
        { observedGeneration: 1, conditions: [condition('DisruptionAllowed', 'False', 'InsufficientPods', '')] },
      ),
      'ready',
    ],
    [
      'autoscaler',
      object('HorizontalPodAutoscaler', {}, {}),
      'waiting: its controller has not looked at what it scales yet',
    ],
    [
      'autoscaler',
      object('HorizontalPodAutoscaler', {}, { conditions: [condition('AbleToScale', 'False', 'FailedGetScale', 'x')] }),
      'waiting: what it scales cannot be scaled: FailedGetScale: x',
    ],
    [
      'autoscaler',
      object(
        'HorizontalPodAutoscaler',
        {},
        {
          conditions: [
            condition('AbleToScale', 'True', 'SucceededGetScale'),
            condition('ScalingActive', 'False', 'FailedGetResourceMetric', 'no metrics'),
          ],
        },
      ),
      'ready',
    ],
  ])('of a %s', (_kind, given, expected) => {
    expect(verdict(given)).toBe(expected);
  });
});
