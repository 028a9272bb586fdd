import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { packageRoot } from '../../package/root';
import { createClient } from '../../kubernetes/client';
import type { JsonObject } from '../../kubernetes/types';
import { createEngine, type EngineOptions } from '../../engine/engine';
import { readPublished, statePlace } from '../../engine/published-state';
import { stateOf, type StackState } from '../../engine/state';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';
import { TestbedError } from '../../errors';
import type {
  Engine,
  EngineEvent,
  OperationKind,
  OperationRequest,
  OperationResult,
  StackReference,
} from '../../engine/types';
import { testSurroundings } from '../support/cluster';

export const SMALL_PROGRAM = join(packageRoot(), 'test/fixtures/programs/small.cjs');
export const STAND_IN_PROVIDER = join(packageRoot(), 'test/fixtures/providers/plain.cjs');

/** The real CLI and API server, with stacks and namespaces of one test file that end with it. */
export interface Harness {
  readonly engine: Engine;
  /** Folder of the store. */
  readonly directory: string;
  readonly store: DocumentStore;
  readonly pulumi: string;
  stack(): StackReference;
  run(kind: OperationKind, stack: StackReference, args?: JsonObject, options?: RunOptions): Promise<OperationResult>;
  /** What is published of a stack; undefined where nothing is. */
  state(stack: StackReference): Promise<StackState | undefined>;
  exists(stack: StackReference, kind: string, name: string): Promise<boolean>;
}

export interface RunOptions extends Partial<
  Pick<OperationRequest, 'connection' | 'program' | 'waitFor' | 'claim' | 'vendorPlugin'>
> {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EngineEvent) => void;
  readonly engine?: Engine;
  readonly pulumi?: string;
}

/** Opens a harness; `provider` undefined is the embedded provider, else the module of a stand-in. */
export function openHarness(options: EngineOptions = {}): Harness {
  const { connection, tools } = testSurroundings();
  const pulumi = tools['pulumi'];
  if (pulumi === undefined) throw new Error('the test surroundings have no pulumi');
  const engine = createEngine(options);
  const client = createClient(connection);
  const directory = mkdtempSync(join(tmpdir(), 'testbed-engine-test-'));
  const store = openDirectoryStore(directory);
  const namespaces = new Set<string>();

  afterAll(async () => {
    await engine.close();
    for (const name of namespaces) await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    await client.close();
    rmSync(directory, { recursive: true, force: true });
  });

  return {
    engine,
    directory,
    store,
    pulumi,
    stack() {
      const name = `et-${randomBytes(5).toString('hex')}`;
      return { name, store, dataKey: randomBytes(32).toString('base64') };
    },
    run(kind, stack, args = {}, { engine: other, pulumi: otherCli, ...options } = {}) {
      namespaces.add(stack.name);
      return (other ?? engine).run({
        kind,
        stack,
        program: { module: SMALL_PROGRAM, args: { namespace: stack.name, ...args } },
        connection,
        pulumi: otherCli ?? pulumi,
        ...options,
      });
    },
    state: stateIn,
    async exists(stack, kind, name) {
      const place = kind === 'Namespace' ? {} : { namespace: stack.name };
      const live = await client.get({ apiVersion: 'v1', kind, name, ...place });
      return live !== undefined && live.metadata.deletionTimestamp === undefined;
    },
  };
}

async function stateIn(stack: StackReference): Promise<StackState | undefined> {
  const content = (await readPublished(stack))?.content;
  return content === undefined ? undefined : stateOf(stack.name, content, statePlace(stack));
}

/** The error of ours that `work` ends with; anything else fails the test. */
export async function thrown(work: Promise<unknown>): Promise<TestbedError> {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  if (error instanceof TestbedError) return error;
  throw error;
}
