import { expect } from 'vitest';
import { readiness } from '../../../kubernetes/readiness';
import type { KubernetesObject } from '../../../kubernetes/types';

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

/** An object with this specification and status, of the kind's own API version. */
export function object(kind: string, spec: object, status: object, generation = 1): KubernetesObject {
  return { apiVersion: API_VERSIONS[kind] ?? 'v1', kind, metadata: { name: 'a', generation }, spec, status };
}

/** `ready`, or the state and the English reason. */
export function verdict(of: KubernetesObject): string {
  const judged = readiness(of);
  if (judged.state === 'ready') return 'ready';
  expect(judged.reason.ko).not.toBe('');
  return `${judged.state}: ${judged.reason.en}`;
}

export const condition = (type: string, status: string, reason = '', message = '') => ({
  type,
  status,
  reason,
  message,
});
export const container = (state: object, more: object = {}) => ({
  conditions: [condition('PodScheduled', 'True'), condition('Ready', 'False', 'ContainersNotReady', 'no')],
  phase: 'Pending',
  containerStatuses: [{ name: 'db', image: 'postgres:15', state, ...more }],
});
