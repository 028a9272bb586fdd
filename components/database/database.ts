import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { ImagePins } from '../images';
import { metadataOf, type Belonging } from '../metadata';
import { SIZES, type SizeName } from '../sizes';
import { TestbedComponent } from '../testbed-component';
import { COMPONENTS, WORKLOADS } from '../vocabulary';
import type { SecretSource } from './credentials';
import { loginSecretName, type DatabaseEngine, type DatabaseLogin } from './engine';
import { POSTGRESQL, selectorOf } from './postgres';

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
  readonly namespace: k8s.core.v1.Namespace;
  /** The guard rails that must stand before any workload. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * One database: a Secret a login, its configuration, a Service and a StatefulSet. Its service account and network policies are the
 * boundary's to make, before any workload (`networkPolicies` of the engine).
 *
 * Passwords come with every run, and only those of the run that creates a Secret count: `ignoreChanges` makes the engine take the
 * recorded, encrypted inputs in every later one. `immutable` lets the API server refuse what would replace them all the same.
 */
export class Database extends TestbedComponent {
  /** `database.<namespace>.svc` */
  readonly host: string;
  /** Everything that is part of the database; access waits for it. */
  readonly workload: readonly pulumi.Resource[];

  constructor(name: string, args: DatabaseArgs, options: pulumi.ComponentResourceOptions) {
    super('Database', name, options);
    const { testbed, engine } = args;
    const size = SIZES[args.size];
    const part: Belonging = { testbed, component: COMPONENTS.database };
    const guarded = this.inside(args.namespace, args.dependsOn);
    this.host = databaseHost(testbed);
    const secrets = engine.logins.map(
      (login) =>
        new k8s.core.v1.Secret(
          this.child(login.role),
          {
            metadata: metadataOf(part, loginSecretName(login.role)),
            type: 'Opaque',
            immutable: true,
            stringData: pulumi.secret(
              loginData(engine, login, this.host, args.secrets(`${testbed}/${loginSecretName(login.role)}`)),
            ),
          },
          { ...guarded, ignoreChanges: ['stringData', 'data'], additionalSecretOutputs: ['stringData', 'data'] },
        ),
    );
    const configuration = new k8s.core.v1.ConfigMap(
      this.child('configuration'),
      { metadata: metadataOf(part, WORKLOADS.database.name), data: engine.configuration(size) },
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
      }),
      // Not after the Service: some providers wait for a Service until a pod answers behind it.
      this.inside(args.namespace, [...args.dependsOn, ...secrets, configuration]),
    );
    this.workload = [...secrets, configuration, service, set];
    this.publish({ host: this.host, port: String(engine.port), database: engine.databaseName });
  }
}

export function databaseHost(testbed: string): string {
  return `${WORKLOADS.database.name}.${testbed}.svc`;
}

/** What an application needs to log in, key by key as PostgreSQL's own connection parameters are called. */
export function loginData(
  engine: DatabaseEngine,
  login: DatabaseLogin,
  host: string,
  password: string,
): Record<string, string> {
  return { host, port: String(engine.port), dbname: engine.databaseName, user: login.user, password };
}

/** Without an address of its own: its name leads to the pod, and thousands of testbeds use up no service addresses. */
export function databaseService(testbed: string, engine: DatabaseEngine): k8s.types.input.core.v1.ServiceSpec {
  return {
    clusterIP: 'None',
    selector: selectorOf(testbed),
    ports: [{ name: 'database', port: engine.port, targetPort: engine.port, protocol: 'TCP' }],
  };
}
