/** What a testbed of one size gets. Kubernetes quantities as text; data only, so that a site can read and compare it. */
export interface Size {
  /** The whole namespace together (ResourceQuota). */
  readonly quota: {
    readonly cpu: { readonly requests: string; readonly limits: string };
    readonly memory: { readonly requests: string; readonly limits: string };
    readonly ephemeralStorage: { readonly requests: string; readonly limits: string };
    /** Of all volume claims together. */
    readonly storage: string;
    readonly counts: {
      readonly pods: number;
      readonly services: number;
      readonly volumeClaims: number;
      readonly secrets: number;
      readonly configMaps: number;
      readonly jobs: number;
      readonly cronJobs: number;
      readonly deployments: number;
      readonly statefulSets: number;
    };
  };
  /** One container that says nothing about itself, and the most that one may ask for (LimitRange). */
  readonly container: {
    readonly request: ContainerResources;
    readonly limit: ContainerResources;
    readonly max: ContainerResources;
  };
  readonly database: {
    readonly request: ContainerResources;
    readonly limit: ContainerResources;
    /** PostgreSQL's own buffers, about a quarter of its memory. */
    readonly sharedBuffers: string;
    readonly maxConnections: number;
    /** For one step of one query. */
    readonly workMem: string;
    /** For one build of an index or one vacuum. */
    readonly maintenanceWorkMem: string;
    /** Processes that may help with one query; 0 for none. */
    readonly parallelWorkers: number;
    readonly vacuumWorkers: number;
    /** What they share with each other; a quantity, part of the container's memory. */
    readonly workerMemory: string;
  };
}

export interface ContainerResources {
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
}

export type SizeName = 'small' | 'medium' | 'large';

/**
 * Memory is requested as it is limited, so that no testbed lives on memory that its neighbours count on; CPU is requested low and
 * limited high, because a testbed is idle most of its day. `small` asks for 25m CPU a pod at most.
 */
export const SIZES: Readonly<Record<SizeName, Size>> = {
  small: {
    quota: {
      cpu: { requests: '500m', limits: '4' },
      memory: { requests: '2Gi', limits: '4Gi' },
      ephemeralStorage: { requests: '4Gi', limits: '8Gi' },
      storage: '10Gi',
      counts: {
        pods: 15,
        services: 10,
        volumeClaims: 5,
        secrets: 30,
        configMaps: 30,
        jobs: 10,
        cronJobs: 5,
        deployments: 10,
        statefulSets: 5,
      },
    },
    container: {
      request: { cpu: '25m', memory: '128Mi', ephemeralStorage: '64Mi' },
      limit: { cpu: '250m', memory: '128Mi', ephemeralStorage: '512Mi' },
      max: { cpu: '1', memory: '1Gi', ephemeralStorage: '2Gi' },
    },
    database: {
      request: { cpu: '25m', memory: '256Mi', ephemeralStorage: '64Mi' },
      // Making the database takes a second and more of a core: half of one would be felt at every first start.
      limit: { cpu: '1', memory: '256Mi', ephemeralStorage: '256Mi' },
      sharedBuffers: '64MB',
      maxConnections: 40,
      workMem: '2MB',
      maintenanceWorkMem: '16MB',
      parallelWorkers: 0,
      vacuumWorkers: 1,
      workerMemory: '16Mi',
    },
  },
  medium: {
    quota: {
      cpu: { requests: '2', limits: '8' },
      memory: { requests: '8Gi', limits: '12Gi' },
      ephemeralStorage: { requests: '10Gi', limits: '20Gi' },
      storage: '50Gi',
      counts: {
        pods: 40,
        services: 20,
        volumeClaims: 10,
        secrets: 60,
        configMaps: 60,
        jobs: 20,
        cronJobs: 10,
        deployments: 20,
        statefulSets: 10,
      },
    },
    container: {
      request: { cpu: '50m', memory: '256Mi', ephemeralStorage: '64Mi' },
      limit: { cpu: '500m', memory: '256Mi', ephemeralStorage: '1Gi' },
      max: { cpu: '2', memory: '4Gi', ephemeralStorage: '5Gi' },
    },
    database: {
      request: { cpu: '100m', memory: '1Gi', ephemeralStorage: '64Mi' },
      limit: { cpu: '1', memory: '1Gi', ephemeralStorage: '512Mi' },
      sharedBuffers: '256MB',
      maxConnections: 100,
      workMem: '4MB',
      maintenanceWorkMem: '64MB',
      parallelWorkers: 2,
      vacuumWorkers: 2,
      workerMemory: '64Mi',
    },
  },
  large: {
    quota: {
      cpu: { requests: '8', limits: '24' },
      memory: { requests: '24Gi', limits: '32Gi' },
      ephemeralStorage: { requests: '20Gi', limits: '60Gi' },
      storage: '200Gi',
      counts: {
        pods: 100,
        services: 40,
        volumeClaims: 20,
        secrets: 100,
        configMaps: 100,
        jobs: 50,
        cronJobs: 20,
        deployments: 50,
        statefulSets: 20,
      },
    },
    container: {
      request: { cpu: '100m', memory: '512Mi', ephemeralStorage: '64Mi' },
      limit: { cpu: '1', memory: '512Mi', ephemeralStorage: '2Gi' },
      max: { cpu: '8', memory: '16Gi', ephemeralStorage: '20Gi' },
    },
    database: {
      request: { cpu: '500m', memory: '4Gi', ephemeralStorage: '64Mi' },
      limit: { cpu: '4', memory: '4Gi', ephemeralStorage: '1Gi' },
      sharedBuffers: '1GB',
      maxConnections: 200,
      workMem: '8MB',
      maintenanceWorkMem: '256MB',
      parallelWorkers: 2,
      vacuumWorkers: 3,
      workerMemory: '256Mi',
    },
  },
};
