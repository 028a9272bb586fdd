import type { types } from '@pulumi/kubernetes';
import { imageReference } from '../images';
import { labelsOf, metadataOf, type Belonging } from '../metadata';
import { resourceList } from '../quota';
import type { Size } from '../sizes';
import { ANNOTATIONS, COMPONENTS, LABELS, WORKLOADS } from '../vocabulary';
import { fingerprint } from './credentials';
import type { DatabaseEngine, DatabaseWorkload } from './engine';
import { PATHS, pgHba, pgIdent, POSTGRES, postgresqlConf, walSizes } from './postgres-files';
import { startScript } from './postgres-start';

/** `postgres` of Debian's and of the vendor's image. */
const USER = 999;

/** A query, through the socket: it fails while the server starts, recovers or stops, and when it can't serve. Never for want of a connection: some are kept for the superuser. */
const ANSWERS = {
  exec: {
    command: [
      `${POSTGRES.programs}/psql`,
      '--no-psqlrc',
      '--quiet',
      '--tuples-only',
      `--host=${PATHS.socket}`,
      '--username=postgres',
      `--dbname=${POSTGRES.database}`,
      '--command=SELECT 1',
    ],
  },
  timeoutSeconds: 3,
};

/** Whether the server says anything, be it only that it recovers or stops (1): what does not must be started anew. */
const RESPONDS = {
  exec: {
    command: [
      '/bin/sh',
      '-c',
      `${POSTGRES.programs}/pg_isready --quiet --host=${PATHS.socket} --timeout=5; [ $? -le 1 ]`,
    ],
  },
  timeoutSeconds: 8,
};

const PROBES = {
  // An hour: making the database on a slow disk, or recovering a large one, is no reason to begin again.
  startupProbe: { ...ANSWERS, periodSeconds: 1, failureThreshold: 3600 },
  // Each is a process in the pod: rare enough that a node full of idle databases stays idle.
  readinessProbe: { ...ANSWERS, periodSeconds: 10, failureThreshold: 2 },
  livenessProbe: { ...RESPONDS, periodSeconds: 30, failureThreshold: 4 },
};

/** Ends sessions instead of waiting for them, whatever stop signal the image names; the signal that follows changes nothing. */
const STOP_SOON = ['/bin/sh', '-c', 'kill -INT 1'];

/** PostgreSQL 15: one plain pod under Pod Security `restricted`, its root file system read-only. */
export const POSTGRESQL: DatabaseEngine = {
  port: POSTGRES.port,
  databaseName: POSTGRES.database,
  logins: [
    { role: 'owner', user: POSTGRES.owner },
    { role: 'app', user: POSTGRES.app },
  ],
  networkPolicies: (testbed) => [
    {
      belonging: belonging(testbed),
      name: WORKLOADS.database.name,
      spec: {
        podSelector: { matchLabels: selectorOf(testbed) },
        // Named for both directions: nothing goes out, also not to the cluster's DNS.
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: POSTGRES.port }] }],
      },
    },
  ],
  configuration,
  statefulSet: (workload) => ({
    metadata: metadataOf(belonging(workload.testbed), WORKLOADS.database.name),
    spec: {
      serviceName: WORKLOADS.database.name,
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: selectorOf(workload.testbed) },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      volumeClaimTemplates: [claim(workload)],
      template: {
        metadata: {
          labels: labelsOf(belonging(workload.testbed)),
          annotations: {
            [ANNOTATIONS.configuration]: fingerprint(JSON.stringify(configuration(workload.size, workload.storage))),
            [ANNOTATIONS.credentials]: workload.credentials.fingerprint,
          },
        },
        spec: pod(workload),
      },
    },
  }),
};

function configuration(size: Size, storage: string): Record<string, string> {
  return {
    'postgresql.conf': postgresqlConf(size, storage),
    'pg_hba.conf': pgHba(),
    'pg_ident.conf': pgIdent(),
    'start.sh': startScript(walSizes(storage).segment),
  };
}

function pod(workload: DatabaseWorkload): types.input.core.v1.PodSpec {
  return {
    serviceAccountName: COMPONENTS.database,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      // PostgreSQL refuses a data folder that its group may write: the change is for a new volume's root alone.
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(workload)],
    volumes: [
      { name: 'configuration', configMap: { name: WORKLOADS.database.name, defaultMode: 0o444 } },
      {
        name: 'credentials',
        secret: {
          secretName: workload.credentials.secretName,
          // Root's, and readable by the server's group: as much as the server allows its key.
          defaultMode: 0o440,
          items: [...POSTGRESQL.logins.map(({ role }) => role), 'tls.crt', 'tls.key'].map((key) => ({
            key,
            path: key,
          })),
        },
      },
      { name: 'socket', emptyDir: { sizeLimit: '8Mi' } },
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      // What parallel workers share; the runtime's own would not be counted against this container.
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: workload.size.database.workerMemory } },
    ],
  };
}

function container({ size, pins }: DatabaseWorkload): types.input.core.v1.Container {
  return {
    name: POSTGRES.container,
    image: imageReference('postgres:15', pins),
    command: ['/bin/sh', `${PATHS.configuration}/start.sh`],
    ports: [{ name: 'postgresql', containerPort: POSTGRES.port, protocol: 'TCP' }],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: { requests: resourceList(size.database.request), limits: resourceList(size.database.limit) },
    ...PROBES,
    lifecycle: { preStop: { exec: { command: STOP_SOON } } },
    volumeMounts: [
      { name: WORKLOADS.database.claim, mountPath: PATHS.volume },
      { name: 'configuration', mountPath: PATHS.configuration, readOnly: true },
      { name: 'credentials', mountPath: PATHS.credentials, readOnly: true },
      { name: 'socket', mountPath: PATHS.socket },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'memory', mountPath: '/dev/shm' },
    ],
  };
}

function claim({ testbed, storage, storageClass }: DatabaseWorkload): types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name: WORKLOADS.database.claim, labels: labelsOf(belonging(testbed)) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      resources: { requests: { storage } },
    },
  };
}

/** Only labels that nobody else may set: a pod of the participant's can't answer in the database's place. */
export function selectorOf(testbed: string): Record<string, string> {
  return { [LABELS.testbed]: testbed, [LABELS.component]: COMPONENTS.database };
}

function belonging(testbed: string): Belonging {
  return { testbed, component: COMPONENTS.database };
}
