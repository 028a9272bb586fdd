import type { types } from '@pulumi/kubernetes';
import { metadataOf } from './metadata';
import type { ContainerResources, Size } from './sizes';
import { COMPONENTS } from './vocabulary';

/** How many ResourceQuota objects a testbed has; the quota counts them itself. */
const QUOTAS = 2;

/** The most that everything in a testbed may ask for together. */
export function hardLimits(size: Size): Record<string, string> {
  const { quota } = size;
  return {
    'requests.cpu': quota.cpu.requests,
    'limits.cpu': quota.cpu.limits,
    'requests.memory': quota.memory.requests,
    'limits.memory': quota.memory.limits,
    'requests.ephemeral-storage': quota.ephemeralStorage.requests,
    'limits.ephemeral-storage': quota.ephemeralStorage.limits,
    'requests.storage': quota.storage,
    persistentvolumeclaims: String(quota.counts.volumeClaims),
    pods: String(quota.counts.pods),
    services: String(quota.counts.services),
    // Ports on nodes and load balancers reach past the testbed's network policies.
    'services.nodeports': '0',
    'services.loadbalancers': '0',
    replicationcontrollers: '0',
    resourcequotas: String(QUOTAS),
    secrets: String(quota.counts.secrets),
    configmaps: String(quota.counts.configMaps),
    'count/deployments.apps': String(quota.counts.deployments),
    'count/statefulsets.apps': String(quota.counts.statefulSets),
    'count/jobs.batch': String(quota.counts.jobs),
    'count/cronjobs.batch': String(quota.counts.cronJobs),
    'count/ingresses.networking.k8s.io': '0',
  };
}

export function resourceQuota(testbed: string, size: Size): types.input.core.v1.ResourceQuota {
  return {
    metadata: metadataOf({ testbed, component: COMPONENTS.boundary }, 'quota'),
    spec: { hard: hardLimits(size) },
  };
}

/** No pod of a testbed runs at the priority of the cluster's own parts: it would push them off their nodes. */
export function priorityQuota(testbed: string): types.input.core.v1.ResourceQuota {
  return {
    metadata: metadataOf({ testbed, component: COMPONENTS.boundary }, 'system-priority'),
    spec: {
      hard: { pods: '0' },
      scopeSelector: {
        matchExpressions: [
          {
            scopeName: 'PriorityClass',
            operator: 'In',
            values: ['system-cluster-critical', 'system-node-critical'],
          },
        ],
      },
    },
  };
}

/** What a container gets that asks for nothing, and the most that one container or claim may ask for. */
export function limitRange(testbed: string, size: Size): types.input.core.v1.LimitRange {
  return {
    metadata: metadataOf({ testbed, component: COMPONENTS.boundary }, 'limits'),
    spec: {
      limits: [
        {
          type: 'Container',
          default: resourceList(size.container.limit),
          defaultRequest: resourceList(size.container.request),
          max: resourceList(size.container.max),
        },
        { type: 'PersistentVolumeClaim', max: { storage: size.quota.storage } },
      ],
    },
  };
}

/** In the API's own words. */
export function resourceList(resources: ContainerResources): Record<string, string> {
  return { cpu: resources.cpu, memory: resources.memory, 'ephemeral-storage': resources.ephemeralStorage };
}
