import type { JsonObject } from '../../kubernetes/types';
import { wordAt } from './objects';
import { isWithin, parsePath, type Path } from './paths';

/**
 * Fields that the server does not let change, by `<group>/<kind>`: a change makes a new object. Versions of a group share a row.
 */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'apps/ReplicaSet': ['spec.selector'],
  'apps/StatefulSet': ['spec.podManagementPolicy', 'spec.selector', 'spec.serviceName', 'spec.volumeClaimTemplates'],
  'apps/ControllerRevision': ['data'],
  'batch/Job': [
    'spec.backoffLimitPerIndex',
    'spec.completionMode',
    'spec.completions',
    'spec.managedBy',
    'spec.manualSelector',
    'spec.podFailurePolicy',
    'spec.selector',
    'spec.successPolicy',
    'spec.template',
  ],
  '/Pod': ['spec'],
  '/PersistentVolumeClaim': [
    'spec.accessModes',
    'spec.dataSource',
    'spec.dataSourceRef',
    'spec.selector',
    'spec.storageClassName',
    'spec.volumeMode',
    'spec.volumeName',
  ],
  '/PersistentVolume': ['spec'],
  '/Service': ['spec.clusterIP'],
  '/Secret': ['type'],
  '/ResourceQuota': ['spec.scopes', 'spec.scopeSelector'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
  'storage.k8s.io/StorageClass': ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'],
  'scheduling.k8s.io/PriorityClass': ['value', 'preemptionPolicy'],
  'node.k8s.io/RuntimeClass': ['handler'],
  'storage.k8s.io/CSIDriver': ['spec.attachRequired', 'spec.volumeLifecycleModes'],
  'storage.k8s.io/CSIStorageCapacity': ['nodeTopology', 'storageClassName'],
  'storage.k8s.io/VolumeAttributesClass': ['driverName', 'parameters'],
  'resource.k8s.io/ResourceClaim': ['spec'],
  'resource.k8s.io/ResourceClaimTemplate': ['spec'],
  'events.k8s.io/Event': [
    'action',
    'eventTime',
    'note',
    'reason',
    'regarding',
    'related',
    'reportingController',
    'reportingInstance',
    'type',
  ],
  'networking.k8s.io/IngressClass': ['spec.controller'],
  'discovery.k8s.io/EndpointSlice': ['addressType'],
  'apiextensions.k8s.io/CustomResourceDefinition': ['spec.group', 'spec.scope', 'spec.names.plural', 'spec.names.kind'],
};

/** Exceptions to a row above. Where they depend on more than the path, the row stands and the server has the last word (see diff.ts). */
const MUTABLE: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec.containers.*.image', 'spec.initContainers.*.image'],
  '/PersistentVolume': [
    'spec.accessModes',
    'spec.capacity',
    'spec.claimRef',
    'spec.mountOptions',
    'spec.persistentVolumeReclaimPolicy',
    'spec.storageClassName',
    'spec.volumeAttributesClassName',
  ],
};

/** Of a claim without a volume nothing may change. Once it has one its data are worth more than a change: then the server says no. */
const UNBOUND_CLAIM = ['spec.resources', 'spec.volumeAttributesClassName'].map(parsePath);

const EVERYWHERE = ['kind', 'metadata.name', 'metadata.namespace'].map(parsePath);
const FROZEN_DATA = ['data', 'binaryData', 'stringData', 'immutable'].map(parsePath);

/** Whether a change at `path` needs a new object. `live` is the object as it was last seen. */
export function needsReplacement(group: string, kind: string, path: Path, live: JsonObject): boolean {
  const within = (prefix: Path): boolean => isWithin(path, prefix) || isWithin(prefix, path);
  if (EVERYWHERE.some((prefix) => isWithin(path, prefix))) return true;
  const row = `${group}/${kind}`;
  if ((row === '/ConfigMap' || row === '/Secret') && live['immutable'] === true)
    if (FROZEN_DATA.some((prefix) => isWithin(path, prefix))) return true;
  if (row === '/PersistentVolumeClaim' && wordAt(live, 'status', 'phase') === 'Pending')
    if (UNBOUND_CLAIM.some((prefix) => isWithin(path, prefix))) return true;
  if ((MUTABLE[row] ?? []).some((prefix) => isWithin(path, parsePath(prefix)))) return false;
  // A parent that comes or goes as a whole takes its immutable fields with it.
  return (IMMUTABLE[row] ?? []).some((prefix) => within(parsePath(prefix)));
}

/** Whether the new object would have the old one's place, so that the old one has to go first. */
export function takesSamePlace(inputs: JsonObject, live: JsonObject): boolean {
  return (
    wordAt(inputs, 'metadata', 'name') === wordAt(live, 'metadata', 'name') &&
    wordAt(inputs, 'metadata', 'namespace') === wordAt(live, 'metadata', 'namespace')
  );
}
