import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb';
import { hostGrpc } from '../../../engine/grpc-host';
import { hostProgram } from '../../../engine/program-host';
import { openGuardedPort } from '../../../host/guarded-port';
import type { JsonValue } from '../../../kubernetes/types';
import { finished, ROOT, type Finished } from '../../scripts/run-cli';
import { testSurroundings } from '../../support/cluster';

export const PACK_FILE = join(ROOT, 'bin', 'testbed-policy-pack');

export interface ForeignResource {
  readonly type: string;
  readonly name: string;
  readonly properties: JsonValue;
}

export interface ForeignRun {
  readonly resources: readonly ForeignResource[];
  /** Packages with a provider of the program's own. */
  readonly providers?: readonly string[];
  /** Content of the file for `--policy-pack-config`. */
  readonly config?: JsonValue;
}

/**
 * The vendor's CLI with a program that is not ours and the executable pack. Program and providers are served as the engine serves them,
 * because this machine has no language host; the providers are stand-ins that make nothing.
 */
export interface ForeignProject extends AsyncDisposable {
  readonly preview: (run: ForeignRun) => Promise<Finished>;
  readonly up: (run: ForeignRun) => Promise<Finished>;
}

export function openForeignProject(): ForeignProject {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-pack-'));
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'Pulumi.yaml'), 'name: foreign\nruntime: nodejs\n');
  const pulumi = testSurroundings().tools['pulumi'] ?? '';
  const environment = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: pathToFileURL(join(folder, 'state')).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(8).toString('hex'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: 'true',
  };
  const call = (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Finished> =>
    finished(spawn(pulumi, words, { cwd: folder, env: { ...environment, ...more }, stdio: ['pipe', 'pipe', 'pipe'] }));

  const run = async (verb: readonly string[], { config, ...args }: ForeignRun): Promise<Finished> => {
    // A stack of its own each: what an earlier run made would be known.
    const stack = `organization/foreign/${randomBytes(5).toString('hex')}`;
    const made = await call(['stack', 'init', stack]);
    if (made.code !== 0) throw new Error(made.stderr);
    const [programPort, kubernetes, docker] = await Promise.all([
      openGuardedPort({ connections: 2 }),
      openGuardedPort({ connections: 4 }),
      openGuardedPort({ connections: 4 }),
    ]);
    const program = hostProgram(
      { module: join(__dirname, 'fixtures/program.cjs'), args: structuredClone(args) as never },
      undefined,
    );
    const hosts = [
      hostGrpc(programPort, program.definition, program.implementation),
      ...[kubernetes, docker].map((port) => hostGrpc(port, ResourceProviderService, echoProvider())),
    ];
    const configFile = join(folder, 'pack.json');
    if (config !== undefined) writeFileSync(configFile, JSON.stringify(config));
    try {
      return await call(
        [
          ...verb,
          `--client=127.0.0.1:${programPort.port}`,
          '--exec-kind',
          'auto.inline',
          '--stack',
          stack,
          '--non-interactive',
          '--color',
          'never',
          '--policy-pack',
          PACK_FILE,
          ...(config === undefined ? [] : ['--policy-pack-config', configFile]),
        ],
        { PULUMI_DEBUG_PROVIDERS: `kubernetes:${kubernetes.port},docker:${docker.port}` },
      );
    } finally {
      for (const host of hosts) host.close();
      program.release();
    }
  };
  return {
    preview: (what) => run(['preview'], what),
    up: (what) => run(['up', '--yes', '--skip-preview'], what),
    [Symbol.asyncDispose]: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  };
}

function echoProvider(): UntypedServiceImplementation {
  const module = createRequire(__filename)('./fixtures/echo-provider.cjs') as {
    echoProvider(): UntypedServiceImplementation;
  };
  return module.echoProvider();
}
