import { X509Certificate } from 'node:crypto';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { ImagePins } from '../images';
import { metadataOf, type Belonging } from '../metadata';
import { SIZES, type SizeName } from '../sizes';
import { TestbedComponent } from '../testbed-component';
import { COMPONENTS, WORKLOADS } from '../vocabulary';
import { credentialsData, decoded, fingerprint, passwordPurpose, type SecretSource } from './credentials';
import { credentialsSecretName, loginSecretName, type DatabaseEngine, type DatabaseLogin } from './engine';
import { POSTGRESQL, selectorOf } from './postgres';
import { newServerCertificate } from './server-certificate';

/** Every database that a testbed may ask for, by engine and version. */
export const ENGINES: Readonly<Record<'postgresql', Readonly<Record<15, DatabaseEngine>>>> = {
  postgresql: { 15: POSTGRESQL },
};

export interface DatabaseArgs {
  readonly testbed: string;
  readonly engine: DatabaseEngine;
  readonly size: SizeName;
  /** Of the volume claim: `10Gi`. */
  readonly storage: string;
  /** Default: the cluster's default class. */
  readonly storageClass?: string;
  readonly pins?: ImagePins;
  readonly secrets: SecretSource;
  /** Counts the changes of passwords and certificate, from 1. */
  readonly credentials: number;
  readonly namespace: k8s.core.v1.Namespace;
  /** The guard rails that must stand before any workload. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * One database: the credentials that its server starts with, a Secret a login, its configuration, a Service and a StatefulSet. Its service
 * account and network policies are the boundary's to make, before any workload (`networkPolicies` of the engine).
 *
 * New credentials come with every run, and only those of the run that creates their Secret count: `ignoreChanges` makes the engine take the
 * recorded, encrypted inputs in every later one. What clients and pods get is read from what was recorded. Another version is another
 * Secret, so that a pod starts with the old or with the new, never with a mixture.
 */
export class Database extends TestbedComponent {
  /** `database.<namespace>.svc` */
  readonly host: string;
  /** End of the server's certificate, RFC 3339. */
  readonly certificateEnds: pulumi.Output<string>;
  /** Everything that is part of the database; access waits for it. */
  readonly workload: readonly pulumi.Resource[];

  constructor(name: string, args: DatabaseArgs, options: pulumi.ComponentResourceOptions) {
    super('Database', name, options);
    const { testbed, engine } = args;
    const size = SIZES[args.size];
    const part: Belonging = { testbed, component: COMPONENTS.database };
    const guarded = this.inside(args.namespace, args.dependsOn);
    this.host = databaseHost(testbed);
    const credentials = this.credentials(args, part);
    const certificate = pulumi.unsecret(credentials.data.apply((data) => decoded(data, 'tls.crt')));
    this.certificateEnds = certificate.apply((pem) => new X509Certificate(pem).validToDate.toISOString());
    const logins = engine.logins.map(
      (login) =>
        new k8s.core.v1.Secret(
          this.child(login.role),
          {
            metadata: metadataOf(part, loginSecretName(login.role)),
            type: 'Opaque',
            stringData: pulumi.secret(credentials.data.apply((data) => loginData(engine, login, this.host, data))),
          },
          { ...guarded, additionalSecretOutputs: ['stringData', 'data'] },
        ),
    );
    const configuration = new k8s.core.v1.ConfigMap(
      this.child('configuration'),
      { metadata: metadataOf(part, WORKLOADS.database.name), data: engine.configuration(size, args.storage) },
      guarded,
    );
    const service = new k8s.core.v1.Service(
      this.child('service'),
      { metadata: metadataOf(part, WORKLOADS.database.name), spec: databaseService(testbed, engine) },
      guarded,
    );
    const set = new k8s.apps.v1.StatefulSet(
      this.child('server'),
      engine.statefulSet({
        testbed,
        size,
        storage: args.storage,
        storageClass: args.storageClass,
        pins: args.pins ?? {},
        credentials: {
          secretName: credentialsSecretName(args.credentials),
          fingerprint: certificate.apply(fingerprint),
        },
      }),
      // Not after the Service: some providers wait for a Service until a pod answers behind it.
      this.inside(args.namespace, [...args.dependsOn, credentials, ...logins, configuration]),
    );
    this.workload = [credentials, ...logins, configuration, service, set];
    this.publish({ host: this.host, port: String(engine.port), database: engine.databaseName });
  }

  private credentials({ testbed, engine, secrets, ...args }: DatabaseArgs, part: Belonging): k8s.core.v1.Secret {
    const version = args.credentials;
    const passwords = engine.logins.map(({ role }) => [role, secrets(passwordPurpose(testbed, role, version))]);
    const names = serverNames(testbed);
    return new k8s.core.v1.Secret(
      this.child(`credentials-${version}`),
      {
        metadata: metadataOf(part, credentialsSecretName(version)),
        type: 'Opaque',
        data: pulumi.secret(credentialsData(Object.fromEntries(passwords), newServerCertificate(names, new Date()))),
      },
      {
        ...this.inside(args.namespace, args.dependsOn),
        ignoreChanges: ['data'],
        additionalSecretOutputs: ['data'],
      },
    );
  }
}

export function databaseHost(testbed: string): string {
  return `${WORKLOADS.database.name}.${testbed}.svc`;
}

/** What clients may call the server; the last for those who come through a forwarded port. */
function serverNames(testbed: string): [string, ...string[]] {
  const { name } = WORKLOADS.database;
  const host = databaseHost(testbed);
  return [host, `${host}.cluster.local`, `${name}.${testbed}`, name, 'localhost'];
}

/** What an application needs to log in, key by key as PostgreSQL's own connection parameters are called; `sslrootcert` is the content of that file. */
function loginData(
  engine: DatabaseEngine,
  { role, user }: DatabaseLogin,
  host: string,
  credentials: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    host,
    port: String(engine.port),
    dbname: engine.databaseName,
    user,
    password: decoded(credentials, role),
    sslmode: 'verify-full',
    sslrootcert: decoded(credentials, 'ca.crt'),
  };
}

/** Without an address of its own: its name leads to the pod, and thousands of testbeds use up no service addresses. */
export function databaseService(testbed: string, engine: DatabaseEngine): k8s.types.input.core.v1.ServiceSpec {
  return {
    clusterIP: 'None',
    selector: selectorOf(testbed),
    ports: [{ name: 'database', port: engine.port, targetPort: engine.port, protocol: 'TCP' }],
  };
}
