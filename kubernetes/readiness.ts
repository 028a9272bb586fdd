import { text } from '../errors';
import {
  apiServiceReadiness,
  definitionReadiness,
  flowSchemaReadiness,
  namespaceReadiness,
  quotaReadiness,
  serviceReadiness,
  signingRequestReadiness,
  withReady,
} from './cluster-readiness';
import { NOT_SEEN, byConditions } from './condition-readiness';
import { isObserved } from './conditions';
import { podReadiness } from './pod-readiness';
import { READY, failed, waiting, type Readiness } from './readiness-state';
import { attachmentReadiness, claimReadiness, volumeReadiness } from './storage-readiness';
import type { KubernetesObject } from './types';
import {
  autoscalerReadiness,
  daemonSetReadiness,
  deploymentReadiness,
  disruptionBudgetReadiness,
  jobReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from './workload-readiness';

export type { Readiness };

/**
 * Whether an object does what it is there for, from the object alone. Kinds with a meaning of their own are in BY_KIND;
 * all others by their conditions (condition-readiness.ts), and ready when they have none.
 */
export function readiness(object: KubernetesObject): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) return failed(text('it is being deleted', '삭제되는 중입니다'));
  if (!isObserved(object)) return waiting(NOT_SEEN);
  return (BY_KIND[kindKey(object)] ?? byConditions)(object);
}

const atOnce = (): Readiness => READY;

const BY_KIND: Readonly<Record<string, (object: KubernetesObject) => Readiness>> = {
  '/Namespace': namespaceReadiness,
  '/Node': withReady,
  '/PersistentVolume': volumeReadiness,
  '/PersistentVolumeClaim': claimReadiness,
  '/Pod': podReadiness,
  '/ReplicationController': replicaSetReadiness,
  '/ResourceQuota': quotaReadiness,
  '/Service': serviceReadiness,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': atOnce,
  // The API server enforces it whether or not the controller that checks its types runs; what that finds are warnings.
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': atOnce,
  'apiextensions.k8s.io/CustomResourceDefinition': definitionReadiness,
  'apiregistration.k8s.io/APIService': apiServiceReadiness,
  'apps/DaemonSet': daemonSetReadiness,
  'apps/Deployment': deploymentReadiness,
  'apps/ReplicaSet': replicaSetReadiness,
  'apps/StatefulSet': statefulSetReadiness,
  'autoscaling/HorizontalPodAutoscaler': autoscalerReadiness,
  // Its work is to start Jobs at their time, which may be never.
  'batch/CronJob': atOnce,
  'batch/Job': jobReadiness,
  'certificates.k8s.io/CertificateSigningRequest': signingRequestReadiness,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchemaReadiness,
  // Not every controller writes an address, and nothing says whether there is a controller at all.
  'networking.k8s.io/Ingress': atOnce,
  'networking.k8s.io/ServiceCIDR': withReady,
  'policy/PodDisruptionBudget': disruptionBudgetReadiness,
  // It is given devices when a pod asks for it, and back again.
  'resource.k8s.io/ResourceClaim': atOnce,
  'storage.k8s.io/VolumeAttachment': attachmentReadiness,
};

/** `apps/Deployment`, `/Pod`: whatever the version. */
export function kindKey({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''}/${kind}`;
}
