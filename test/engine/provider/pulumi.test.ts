import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../engine/engine';
import { openDirectoryStore } from '../../../engine/store/directory';
import type { Engine, EngineEvent, OperationKind, OperationResult, StackReference } from '../../../engine/types';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { packageRoot } from '../../../package/root';
import { testSurroundings } from '../../support/cluster';
import { adminClient, randomName } from './support/served-provider';

const PROGRAM = join(packageRoot(), 'test/engine/provider/fixtures/whole.cjs');
const CANARY = `canary-${randomBytes(8).toString('hex')}`;
/** Resources of the program beside the stack and the provider. */
const OBJECTS = 23;
/** Several operations in a row, each with the end of a namespace, on a busy machine. */
const LONG_MS = 180_000;

// The real CLI drives the provider here; workloads are not waited for but where it is said.
describe('the real engine with the embedded provider', () => {
  const directory = mkdtempSync(join(tmpdir(), 'testbed-provider-'));
  const namespaces = new Set<string>();
  let engine: Engine;
  let client: KubernetesClient;

  beforeAll(() => {
    engine = createEngine();
    client = adminClient();
  });
  afterAll(async () => {
    await engine.close();
    for (const name of namespaces) await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    await client.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const newStack = (): StackReference => {
    const name = randomName('tb');
    namespaces.add(name);
    return { name, store: openDirectoryStore(directory), dataKey: randomBytes(32).toString('base64') };
  };
  const run = (
    kind: OperationKind,
    stack: StackReference,
    args: JsonObject = {},
    onEvent: (event: EngineEvent) => void = () => undefined,
  ): Promise<OperationResult> => {
    const { connection, tools } = testSurroundings();
    return engine.run({
      kind,
      stack,
      program: { module: PROGRAM, args: { namespace: stack.name, canary: CANARY, ...args } },
      connection,
      pulumi: tools['pulumi'] ?? '',
      readinessTimeoutSeconds: 30,
      onEvent,
    });
  };

  it(
    'brings up, changes nothing twice, sees drift, changes, replaces and takes down, and shows no secret on the way',
    async () => {
      const stack = newStack();
      const events: EngineEvent[] = [];
      const seen: OperationResult[] = [];
      const noted = async (kind: OperationKind, args?: JsonObject): Promise<OperationResult> => {
        const result = await run(kind, stack, args, (event) => events.push(event));
        seen.push(result);
        return result;
      };
      expect((await noted('preview')).counts).toEqual({ create: OBJECTS });
      expect((await noted('up')).counts).toEqual({ create: OBJECTS });
      const again = await noted('up');
      expect([again.counts, again.changes]).toEqual([{ same: OBJECTS }, []]);
      expect((await noted('preview')).counts).toEqual({ same: OBJECTS });
      expect((await noted('drift')).changes).toEqual([]);

      const policy = {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        name: 'deny-all',
        namespace: stack.name,
      };
      await client.mergePatch(policy, { spec: { egress: [{}] } }, { fieldManager: 'somebody' });
      await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'database', namespace: stack.name });
      const drift = await noted('drift');
      expect(drift.changes.map(({ name, operation, paths }) => [name, operation, paths])).toEqual(
        expect.arrayContaining([
          ['deny-all', 'update', ['spec.egress']],
          ['database', 'delete', []],
        ]),
      );
      expect(drift.changes).toHaveLength(2);
      await client.mergePatch(policy, { spec: { egress: null } }, { fieldManager: 'somebody' });

      const changed = await noted('up', { cpu: '5', serviceName: 'elsewhere' });
      expect(
        changed.changes.map(({ name, resourceType, operation, paths }) => [resourceType, name, operation, paths]),
      ).toEqual(
        expect.arrayContaining([
          ['kubernetes:core/v1:ResourceQuota', 'quota', 'update', ['spec.hard["requests.cpu"]']],
          ['kubernetes:apps/v1:StatefulSet', 'database', 'replace', ['spec.serviceName']],
        ]),
      );
      expect((await noted('down')).counts).toEqual({ delete: OBJECTS });
      expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: stack.name })).toBeUndefined();
      expect(JSON.stringify([events, seen])).not.toContain(CANARY);
    },
    LONG_MS,
  );

  it(
    'keeps no secret in clear in its state, and takes up what is there when the state was lost',
    async () => {
      const stack = newStack();
      await run('up', stack);
      const encoded = Buffer.from(CANARY).toString('base64');
      const kept = filesBelow(directory).map((file) => readFileSync(file, 'utf8'));
      expect(kept.some((words) => words.includes(stack.name))).toBe(true);
      expect(kept.filter((words) => words.includes(CANARY) || words.includes(encoded))).toEqual([]);

      const elsewhere = mkdtempSync(join(directory, 'other-'));
      const forgetful = { ...stack, store: openDirectoryStore(elsewhere) };
      const before = await client.get({ apiVersion: 'v1', kind: 'Secret', name: 'database', namespace: stack.name });
      expect((await run('up', forgetful)).counts).toEqual({ create: OBJECTS });
      const after = await client.get({ apiVersion: 'v1', kind: 'Secret', name: 'database', namespace: stack.name });
      expect(after?.metadata.uid).toBe(before?.metadata.uid);
      expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
      await run('down', forgetful);
    },
    LONG_MS,
  );

  it(
    'records what is there but not ready, waits again at the next run, and takes it down',
    async () => {
      const stack = newStack();
      const failure: unknown = await run('up', stack, { wait: true }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 'NotReady', message: expect.stringContaining('StatefulSet "database"') });
      const second: unknown = await run('up', stack, { wait: true }).catch((error: unknown) => error);
      expect(second).toMatchObject({ code: 'NotReady', message: expect.stringContaining('StatefulSet "database"') });
      await run('down', stack);
      expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: stack.name })).toBeUndefined();
    },
    LONG_MS,
  );
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
