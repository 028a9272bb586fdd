import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine } from '../../engine/types';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import type { ClusterConnection, KubernetesClient } from '../../kubernetes/types';
import { down, type DownResult } from '../../operations/down';
import type { Surroundings } from '../../operations/surroundings';
import type { TargetOptions } from '../../operations/target';
import { up, type UpResult } from '../../operations/up';
import { quietSurroundings } from '../own-cluster';
import { startCli, type RunningCli } from './cli';
import { openFaultProxy, type FaultProxy } from './proxy';

/** What a spec of a place may say of itself. */
export interface Wish {
  readonly members: readonly string[];
  readonly size: 'small' | 'medium';
}

/** A site whose operations go to one cluster: as real commands by way of the fault proxy, or in this process straight to it. */
export interface Place extends AsyncDisposable {
  readonly home: string;
  readonly proxy: FaultProxy;
  /** All rights, straight. */
  readonly admin: KubernetesClient;
  readonly surroundings: Surroundings;
  /** The cluster itself, straight. */
  readonly target: TargetOptions;
  /** Writes `<name>.yaml` with a database and gives its path. */
  spec(name: string, wish: Wish): string;
  /** The real command, by way of the proxy. */
  start(argv: readonly string[], more?: NodeJS.ProcessEnv): RunningCli;
  /** In this process, straight. */
  up(file: string, other?: Partial<Surroundings>): Promise<UpResult>;
  down(name: string): Promise<DownResult>;
}

const CONTEXT = 'testbed-admin';
const DAY_MS = 86_400_000;

export interface PlaceOptions {
  /** The site's own folder; made when it is not there. */
  readonly folder: string;
  readonly connection: ClusterConnection;
  /** Path of `pulumi`. */
  readonly pulumi: string;
  readonly engine: Engine;
  /** Whether its testbeds have a database. Default true. */
  readonly withDatabase?: boolean;
}

export async function openPlace({
  folder,
  connection,
  pulumi,
  engine,
  withDatabase = true,
}: PlaceOptions): Promise<Place> {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const proxy = await openFaultProxy(connection);
  const kubeconfig = (name: string, way: ClusterConnection): string => {
    const file = join(folder, `${name}.kubeconfig`);
    writeFileSync(file, writeKubeconfig({ connection: way, context: CONTEXT }), { mode: 0o600 });
    return file;
  };
  const faulty = kubeconfig('faulty', proxy.connection);
  const target = { context: CONTEXT, kubeconfig: kubeconfig('straight', connection) };
  const environment: NodeJS.ProcessEnv = {
    PATH: `${dirname(pulumi)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TESTBED_HOME: home,
    TESTBED_TOOLS_FROM: 'path',
  };
  const surroundings: Surroundings = { ...quietSurroundings(home), environment, cwd: folder, engine };
  const admin = createClient(connection);
  // Once for a place: a trial that goes on after midnight says the same.
  const ends = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);
  return {
    home,
    proxy,
    admin,
    surroundings,
    target,
    spec: (name, { members, size }) => {
      const file = join(folder, `${name}.yaml`);
      const document = {
        apiVersion: 'testbed/v1',
        name,
        participant: 'Example Startup Inc.',
        owner: 'operator@agency.example',
        members,
        grade: 'open',
        size,
        ends,
        ...(withDatabase ? { database: { engine: 'postgresql', version: '15' } } : {}),
      };
      writeFileSync(file, JSON.stringify(document));
      return file;
    },
    start: (argv, more = {}) =>
      startCli([...argv, '--context', CONTEXT, '--kubeconfig', faulty], {
        folder,
        environment: { ...environment, ...more },
      }),
    up: (file, other = {}) => up({ file, ...target }, { ...surroundings, ...other }),
    down: (name) => down({ name, ...target }, surroundings),
    [Symbol.asyncDispose]: async () => {
      await admin.close();
      await proxy[Symbol.asyncDispose]();
    },
  };
}
