import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { type Database, ENGINES, loginSecretName, secretSource, Testbed } from '../components';
import { testbedArgs, type TestbedProgramArgs } from './testbed-args';

/** What the host of a program hands it beside its arguments; never recorded. */
export interface ProgramContext {
  /**
   * Base64, derived from the stack's data key: generated secrets come from it and are the same in every run.
   * Default: they are random, and only the recorded state keeps them.
   */
  readonly seed?: string;
}

/** What others need to find the testbed's parts; no secrets. */
export interface TestbedOutputs {
  readonly id: string;
  readonly namespace: pulumi.Output<string>;
  readonly grade: string;
  /** Absent without a database. `secret` names the Secret with the application's login, in the testbed's namespace. */
  readonly database?: {
    readonly engine: string;
    readonly version: number;
    readonly host: string;
    readonly port: number;
    readonly name: string;
    readonly secret: string;
    /** End of the server's certificate, RFC 3339. */
    readonly certificateEnds: pulumi.Output<string>;
  };
}

/**
 * The Pulumi program of one testbed. The provider has no configuration: which cluster, and as whom, is said to the process that serves it,
 * never to the state. Throws SpecInvalid before it makes anything.
 */
export async function program(args: TestbedProgramArgs, context: ProgramContext = {}): Promise<TestbedOutputs> {
  const plain = testbedArgs(args);
  const provider = new k8s.Provider('kubernetes', {});
  const testbed = new Testbed(plain, secretSource(context.seed), { providers: [provider] });
  return {
    id: plain.id,
    namespace: testbed.boundary.namespace.metadata.name,
    grade: plain.grade,
    ...(plain.database === undefined || testbed.database === undefined
      ? {}
      : { database: databaseOutputs(plain.database, testbed.database) }),
  };
}

function databaseOutputs(
  { engine, version }: { readonly engine: 'postgresql'; readonly version: 15 },
  { host, certificateEnds }: Database,
): NonNullable<TestbedOutputs['database']> {
  const { port, databaseName } = ENGINES[engine][version];
  return { engine, version, host, port, name: databaseName, secret: loginSecretName('app'), certificateEnds };
}
