import type * as pulumi from '@pulumi/pulumi';
import { Access } from './access';
import { requireDistinctMembers } from './access-objects';
import { Boundary } from './boundary';
import { Database, ENGINES } from './database/database';
import type { SecretSource } from './database/credentials';
import type { ImagePins } from './images';
import type { NamespaceFacts } from './namespace';
import type { EgressException } from './network-policies';
import type { SizeName } from './sizes';
import { TestbedComponent } from './testbed-component';
import { COMPONENTS, TESTBED_ID } from './vocabulary';

/** What a testbed is made from. Everything plain: what policies and previews read is known before anything exists. */
export interface TestbedArgs extends NamespaceFacts {
  readonly members: readonly string[];
  readonly size: SizeName;
  readonly egress: readonly EgressException[];
  readonly database?: {
    readonly engine: 'postgresql';
    readonly version: 15;
    readonly storage: string;
    /** Counts the changes of its passwords and certificate. Default 1. */
    readonly credentials?: number;
  };
  /** Default: the cluster's default class. */
  readonly storageClass?: string;
  /** The site's own image references. Default: the vendors'. */
  readonly pins?: ImagePins;
}

/**
 * One isolated environment. A further part (CI, object storage) joins in three places: what it needs of the boundary goes to `Boundary`
 * as data, its component is built with `dependsOn: boundary.guards`, and its `workload` is added to what access waits for.
 */
export class Testbed extends TestbedComponent {
  readonly boundary: Boundary;
  readonly database: Database | undefined;
  readonly access: Access;

  constructor(args: TestbedArgs, secrets: SecretSource, options: pulumi.ComponentResourceOptions) {
    const { id } = args;
    if (!TESTBED_ID.test(id)) throw new Error(`the testbed id "${id}" must look like tb-x7k2p9`);
    requireDistinctMembers(id, args.members);
    super('Testbed', id, options);
    const below = { parent: this };
    const engine = args.database === undefined ? undefined : ENGINES[args.database.engine][args.database.version];
    this.boundary = new Boundary(
      this.child(COMPONENTS.boundary),
      {
        ...args,
        networkPolicies: engine?.networkPolicies(id) ?? [],
        accounts: engine === undefined ? [] : [{ testbed: id, component: COMPONENTS.database }],
      },
      below,
    );
    const { namespace, guards } = this.boundary;
    this.database =
      args.database === undefined || engine === undefined
        ? undefined
        : new Database(
            this.child(COMPONENTS.database),
            {
              testbed: id,
              engine,
              size: args.size,
              storage: args.database.storage,
              ...(args.storageClass === undefined ? {} : { storageClass: args.storageClass }),
              ...(args.pins === undefined ? {} : { pins: args.pins }),
              secrets,
              credentials: args.database.credentials ?? 1,
              namespace,
              dependsOn: guards,
            },
            below,
          );
    this.access = new Access(
      this.child(COMPONENTS.access),
      {
        testbed: id,
        grade: args.grade,
        members: args.members,
        namespace,
        dependsOn: [...guards, ...(this.database?.workload ?? [])],
      },
      below,
    );
    this.publish({ id, namespace: namespace.metadata.name });
  }
}
