import { createHash } from 'node:crypto';
import type { types } from '@pulumi/kubernetes';
import { imageReference } from '../images';
import { labelsOf, metadataOf, type Belonging } from '../metadata';
import { resourceList } from '../quota';
import type { Size } from '../sizes';
import { ANNOTATIONS, COMPONENTS, LABELS, WORKLOADS } from '../vocabulary';
import { loginSecretName, type DatabaseEngine, type DatabaseWorkload } from './engine';
import { PATHS, pgHba, POSTGRES, postgresqlConf, startScript } from './postgres-files';

const VERSION = 15;
/** `postgres` of Debian's and of the vendor's image. */
const USER = 999;
const CONTAINER = 'postgresql';

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
          annotations: { [ANNOTATIONS.configuration]: fingerprint(configuration(workload.size)) },
        },
        spec: pod(workload),
      },
    },
  }),
};

function configuration(size: Size): Record<string, string> {
  return { 'postgresql.conf': postgresqlConf(size), 'pg_hba.conf': pgHba(), 'start.sh': startScript(VERSION) };
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
      ...POSTGRESQL.logins.map(({ role }) => ({
        name: `${role}-credentials`,
        secret: {
          secretName: loginSecretName(role),
          defaultMode: 0o440,
          items: [{ key: 'password', path: 'password' }],
        },
      })),
      { name: 'socket', emptyDir: { sizeLimit: '8Mi' } },
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    ],
  };
}

function container({ size, pins }: DatabaseWorkload): types.input.core.v1.Container {
  const isReady = {
    exec: { command: ['pg_isready', '-q', '-h', PATHS.socket, '-U', POSTGRES.app, '-d', POSTGRES.database] },
    timeoutSeconds: 3,
  };
  return {
    name: CONTAINER,
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
    // The first start makes the database, which a slow disk may draw out; after it the other two take over.
    startupProbe: { ...isReady, periodSeconds: 2, failureThreshold: 90 },
    readinessProbe: { ...isReady, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { ...isReady, periodSeconds: 20, failureThreshold: 6 },
    volumeMounts: [
      { name: WORKLOADS.database.claim, mountPath: PATHS.volume },
      { name: 'configuration', mountPath: PATHS.configuration, readOnly: true },
      ...POSTGRESQL.logins.map(({ role }) => ({
        name: `${role}-credentials`,
        mountPath: `${PATHS.credentials}/${role}`,
        readOnly: true,
      })),
      { name: 'socket', mountPath: PATHS.socket },
      { name: 'tmp', mountPath: '/tmp' },
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

function fingerprint(files: Record<string, string>): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
}
