import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../kubernetes/types';
import { condition, object, verdict } from './support/judged-objects';

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
    ['Ingress', object('Ingress', {}, { loadBalancer: {} }), 'ready'],
    ['EndpointSlice', object('EndpointSlice', {}, {}), 'ready'],
    ['ServiceAccount', object('ServiceAccount', {}, {}), 'ready'],
    ['Secret', object('Secret', {}, {}), 'ready'],
    ['ResourceClaim', object('ResourceClaim', {}, {}), 'ready'],
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
  ])('of a %s', (_kind, given, expected) => {
    expect(verdict(given)).toBe(expected);
  });

  it('fails what is being deleted', () => {
    const ending = object('Namespace', {}, { phase: 'Active' });
    ending.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(verdict(ending)).toBe('failed: it is being deleted');
  });
});
