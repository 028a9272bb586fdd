import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../engine/types';
import type { StepEvent, Text } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { readKubeconfig } from '../../kubernetes/kubeconfig-file';
import type { KubernetesClient } from '../../kubernetes/types';
import { connect } from '../../operations/connect';
import { down } from '../../operations/down';
import type { Surroundings } from '../../operations/surroundings';
import { testSurroundings } from './cluster';

/** A site of a test's own on the run's cluster: own folders, own engine where given, everything that a person would see collected. */
export interface TestSite {
  readonly home: string;
  readonly surroundings: Surroundings;
  readonly steps: StepEvent[];
  readonly warnings: Text[];
  /** How the run's cluster is reached: as an existing one, by context. */
  readonly target: { readonly context: string; readonly kubeconfig: string };
  /** A client with all the rights of one participant of a testbed, as `connect` gives them. */
  participant(name: string, member?: string): Promise<KubernetesClient>;
  /** Ends a testbed of this site. */
  end(name: string): Promise<void>;
  close(): Promise<void>;
}

export function openTestSite(options: { readonly engine?: Engine; readonly kubeconfig?: string } = {}): TestSite {
  const home = mkdtempSync(join(tmpdir(), 'testbed-site-'));
  const kubeconfig = options.kubeconfig ?? testSurroundings().kubeconfig;
  const steps: StepEvent[] = [];
  const warnings: Text[] = [];
  const clients: KubernetesClient[] = [];
  const surroundings: Surroundings = {
    environment: { ...process.env, TESTBED_HOME: home },
    cwd: home,
    now: () => new Date(),
    language: 'en',
    onProgress: (step) => void steps.push(step),
    onWarning: (warning) => void warnings.push(warning),
    confirm: () => Promise.resolve(),
    signal: new AbortController().signal,
    ...(options.engine === undefined ? {} : { engine: options.engine }),
  };
  const target = { context: 'testbed-admin', kubeconfig };
  return {
    home,
    surroundings,
    steps,
    warnings,
    target,
    participant: async (name, member) => {
      const { file } = await connect({ name, member, ...target, file: join(home, `${name}.kubeconfig`) }, surroundings);
      const client = createClient(readKubeconfig(file, { context: name }).connection);
      clients.push(client);
      return client;
    },
    end: async (name) => void (await down({ name, ...target }, surroundings)),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      rmSync(home, { recursive: true, force: true });
    },
  };
}
