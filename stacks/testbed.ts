import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import { databaseHost, ENGINES, loginSecretName, secretSource, Testbed } from '../components';
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
  readonly database?: { readonly host: string; readonly port: number; readonly name: string; readonly secret: string };
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
    ...(plain.database === undefined ? {} : { database: databaseOutputs(plain.id, plain.database) }),
  };
}

function databaseOutputs(
  id: string,
  database: { engine: 'postgresql'; version: 15 },
): NonNullable<TestbedOutputs['database']> {
  const engine = ENGINES[database.engine][database.version];
  return { host: databaseHost(id), port: engine.port, name: engine.databaseName, secret: loginSecretName('app') };
}
