import { describe, expect, it } from 'vitest';
import { readiness } from '../../kubernetes/readiness';
import type { KubernetesObject } from '../../kubernetes/types';

const API_VERSIONS: Readonly<Record<string, string>> = {
  APIService: 'apiregistration.k8s.io/v1',
  CertificateSigningRequest: 'certificates.k8s.io/v1',
  CronJob: 'batch/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  FlowSchema: 'flowcontrol.apiserver.k8s.io/v1',
  Gateway: 'gateway.example.org/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Ingress: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  PodDisruptionBudget: 'policy/v1',
  ReplicaSet: 'apps/v1',
  ResourceClaim: 'resource.k8s.io/v1',
  ServiceCIDR: 'networking.k8s.io/v1',
  StatefulSet: 'apps/v1',
  ValidatingAdmissionPolicy: 'admissionregistration.k8s.io/v1',
  VolumeAttachment: 'storage.k8s.io/v1',
  Widget: 'example.org/v1',
};

function object(kind: string, spec: object, status: object, generation = 1): KubernetesObject {
  return { apiVersion: API_VERSIONS[kind] ?? 'v1', kind, metadata: { name: 'a', generation }, spec, status };
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
    ['Ingress', object('Ingress', {}, { loadBalancer: {} }), 'ready'],
    ['EndpointSlice', object('EndpointSlice', {}, {}), 'ready'],
    ['ServiceAccount', object('ServiceAccount', {}, {}), 'ready'],
    ['Secret', object('Secret', {}, {}), 'ready'],
    ['ResourceClaim', object('ResourceClaim', {}, {}), 'ready'],
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
    ['quota', object('ResourceQuota', { hard: { pods: '1' } }, {}), 'waiting: its limits are not in force yet'],
    [
      'quota',
      object('ResourceQuota', { hard: { pods: '2' } }, { hard: { pods: '1' } }),
      'waiting: its limits are not in force yet',
    ],
    ['quota', object('ResourceQuota', { hard: { pods: '2' } }, { hard: { pods: '2' }, used: { pods: '0' } }), 'ready'],
    ['quota', object('ResourceQuota', {}, {}), 'ready'],
    ['volume', object('PersistentVolume', {}, { phase: 'Pending' }), 'waiting: the volume is not available yet'],
    ['volume', object('PersistentVolume', {}, { phase: 'Available' }), 'ready'],
    ['volume', object('PersistentVolume', {}, { phase: 'Bound' }), 'ready'],
    ['volume', object('PersistentVolume', {}, { phase: 'Released' }), 'ready'],
    [
      'volume',
      object('PersistentVolume', {}, { phase: 'Failed', message: 'no recycler' }),
      'failed: the volume cannot be given back: no recycler',
    ],
    [
      'claim',
      object('PersistentVolumeClaim', {}, { phase: 'Bound', conditions: [condition('Resizing', 'True')] }),
      'waiting: the volume is being made larger',
    ],
    [
      'claim',
      object(
        'PersistentVolumeClaim',
        {},
        { phase: 'Bound', conditions: [condition('FileSystemResizePending', 'True')] },
      ),
      'ready',
    ],
    [
      'claim',
      object(
        'PersistentVolumeClaim',
        {},
        { phase: 'Bound', allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } },
      ),
      'failed: the volume cannot be made as large as is asked for (ControllerResizeInfeasible)',
    ],
    ['attachment', object('VolumeAttachment', {}, { attached: true }), 'ready'],
    [
      'attachment',
      object('VolumeAttachment', {}, { attached: false, attachError: { message: 'no such disk' } }),
      'waiting: the volume is not attached to its node yet: no such disk',
    ],
    ['signing request', object('CertificateSigningRequest', {}, {}), 'waiting: nobody has approved it yet'],
    [
      'signing request',
      object('CertificateSigningRequest', {}, { conditions: [condition('Approved', 'True')] }),
      'waiting: it is approved, but no certificate was issued yet',
    ],
    [
      'signing request',
      object('CertificateSigningRequest', {}, { conditions: [condition('Approved', 'True')], certificate: 'LS0t' }),
      'ready',
    ],
    [
      'signing request',
      object('CertificateSigningRequest', {}, { conditions: [condition('Denied', 'True', 'No', 'unknown')] }),
      'failed: the request was denied: No: unknown',
    ],
    [
      'signing request',
      object('CertificateSigningRequest', {}, { conditions: [condition('Failed', 'True', 'BadUsage', 'x')] }),
      'failed: the signer failed: BadUsage: x',
    ],
    ['APIService', object('APIService', {}, {}), 'waiting: the group of kinds is not served yet'],
    [
      'APIService',
      object('APIService', {}, { conditions: [condition('Available', 'False', 'ServiceNotFound', 'none')] }),
      'waiting: the group of kinds is not served yet: ServiceNotFound: none',
    ],
    ['APIService', object('APIService', {}, { conditions: [condition('Available', 'True', 'Local')] }), 'ready'],
    ['FlowSchema', object('FlowSchema', {}, {}), 'waiting: the API server has not taken it up yet'],
    ['FlowSchema', object('FlowSchema', {}, { conditions: [condition('Dangling', 'False', 'Found')] }), 'ready'],
    [
      'FlowSchema',
      object('FlowSchema', {}, { conditions: [condition('Dangling', 'True', 'NotFound', 'no level "x"')] }),
      'waiting: its priority level does not exist: NotFound: no level "x"',
    ],
    ['policy', object('ValidatingAdmissionPolicy', {}, {}), 'ready'],
    [
      'policy',
      object(
        'ValidatingAdmissionPolicy',
        {},
        { observedGeneration: 1, typeChecking: { expressionWarnings: [{ fieldRef: 'x', warning: 'y' }] } },
      ),
      'ready',
    ],
    [
      'policy',
      object('ValidatingAdmissionPolicy', {}, { observedGeneration: 1 }, 2),
      'waiting: its controller has not seen the latest change yet',
    ],
    ['address range', object('ServiceCIDR', {}, {}), 'waiting: it is not ready yet'],
    ['address range', object('ServiceCIDR', {}, { conditions: [condition('Ready', 'True')] }), 'ready'],
    [
      'node',
      object('Node', {}, { conditions: [condition('Ready', 'Unknown', 'NodeStatusUnknown', 'kubelet stopped')] }),
      'waiting: it is not ready yet: NodeStatusUnknown: kubelet stopped',
    ],
    [
      'definition',
      object(
        'CustomResourceDefinition',
        {},
        {
          conditions: [
            condition('NamesAccepted', 'False', 'ListKindConflict', 'taken'),
            condition('Established', 'False', 'NotAccepted', 'x'),
          ],
        },
      ),
      'failed: its names are not accepted: ListKindConflict: taken',
    ],
    [
      'definition',
      object(
        'CustomResourceDefinition',
        {},
        {
          conditions: [condition('NamesAccepted', 'True'), condition('Established', 'False', 'Installing', 'x')],
        },
      ),
      'waiting: the kind is not served yet',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Reconciling', 'True', 'Busy', 'wait')] }),
      'waiting: Busy: wait',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Ready', 'True'), condition('Reconciling', 'True', 'Again')] }),
      'waiting: Again',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Ready', 'Unknown')] }),
      'waiting: its condition Ready is Unknown',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [{ ...condition('Ready', 'True'), observedGeneration: 1 }] }, 2),
      'waiting: its controller has not seen the latest change yet',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [{ ...condition('Stalled', 'True'), observedGeneration: 1 }] }, 2),
      'ready',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Ready', 'True')], observedGeneration: 1 }, 2),
      'waiting: its controller has not seen the latest change yet',
    ],
    ['other kind', object('Widget', {}, { conditions: [condition('Available', 'False', 'Down')] }), 'waiting: Down'],
    [
      'other kind',
      object(
        'Widget',
        {},
        { conditions: [condition('Available', 'True'), condition('Progressing', 'True', 'NewSet')] },
      ),
      'ready',
    ],
    [
      'other kind',
      object(
        'Widget',
        {},
        {
          conditions: [
            condition('Available', 'False', 'Down'),
            condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'late'),
          ],
        },
      ),
      'failed: ProgressDeadlineExceeded: late',
    ],
    [
      'other kind',
      object('Widget', {}, { conditions: [condition('Progressing', 'True', 'Making')] }),
      'waiting: Making',
    ],
    ['other kind', object('Widget', {}, { conditions: [condition('Degraded', 'True', 'Old')] }), 'ready'],
    [
      'gateway',
      object(
        'Gateway',
        {},
        { conditions: [condition('Accepted', 'True'), condition('Programmed', 'False', 'Pending', 'no address')] },
      ),
      'waiting: Pending: no address',
    ],
    [
      'gateway',
      object('Gateway', {}, { conditions: [condition('Accepted', 'True'), condition('Programmed', 'True')] }),
      'ready',
    ],
    [
      'route',
      object(
        'Gateway',
        {},
        {
          parents: [
            { parentRef: { name: 'one' }, conditions: [condition('Accepted', 'True')] },
            {
              parentRef: { name: 'two' },
              conditions: [condition('Accepted', 'True'), condition('ResolvedRefs', 'False', 'BackendNotFound', 'b')],
            },
          ],
        },
      ),
      'waiting: parent "two": BackendNotFound: b',
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

  it('fails what is being deleted', () => {
    const ending = object('Namespace', {}, { phase: 'Active' });
    ending.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(verdict(ending)).toBe('failed: it is being deleted');
  });
});
