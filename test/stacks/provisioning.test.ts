import { mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/engine';
import { openDirectoryStore } from '../../engine/store/directory';
import type { Engine, OperationKind, OperationResult, StackReference } from '../../engine/types';
import { createClient } from '../../kubernetes/client';
import { fieldsAt, stringAt } from '../../kubernetes/json';
import type { JsonObject, KubernetesClient } from '../../kubernetes/types';
import type { AdmittedSpec } from '../../spec';
import { builtFile } from '../support/built-file';
import { testSurroundings } from '../support/cluster';
import { answerOf, eventually } from '../support/rejection';
import { admittedSpec } from '../support/testbed-recording';

// The real CLI, provider and API server. The test plays the kubelet for the one pod there is: no process of a database runs here.

const id = `tb-${randomBytes(3).toString('hex')}`;
const database = { engine: 'postgresql', version: 15 };
let engine: Engine;
let client: KubernetesClient;
let module: string;
let stack: StackReference;
let directory: string;
let madeAccess = false;
const ACCESS = { apiVersion: 'v1', kind: 'Namespace', name: 'testbed-access' };

beforeAll(async () => {
  module = builtFile('stacks', 'testbed.js');
  engine = createEngine({ runners: 1 });
  client = createClient(testSurroundings().connection);
  directory = mkdtempSync(join(tmpdir(), 'testbed-stack-test-'));
  stack = {
    name: id,
    store: openDirectoryStore(directory),
    dataKey: randomBytes(32).toString('base64'),
  };
  // Shared by the whole cluster, so it stands already where the shared stack is up.
  const answer = await answerOf(
    client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ACCESS.name } }),
  );
  if (!/accepted|already exists/.test(answer)) throw new Error(answer);
  madeAccess = answer === 'accepted';
});
afterAll(async () => {
  await engine.close();
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: id });
  if (madeAccess) await client.delete(ACCESS);
  await client.close();
  rmSync(directory, { recursive: true, force: true });
});

async function run(kind: OperationKind, spec: AdmittedSpec): Promise<OperationResult> {
  const { connection, tools } = testSurroundings();
  const args: JsonObject = { id, spec: JSON.parse(JSON.stringify(spec)) };
  const node = new AbortController();
  const played = playKubelet(node.signal);
  try {
    return await engine.run({ kind, stack, program: { module, args }, connection, pulumi: tools['pulumi'] ?? '' });
  } finally {
    node.abort();
    await played;
  }
}

/** Says that the pod of the database is ready, as often as it is not, until `signal`. */
async function playKubelet(signal: AbortSignal): Promise<void> {
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: id, name: 'database-0' };
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await eventually(
    'the end of the operation',
    async () => {
      const live = signal.aborted ? undefined : await client.get(pod);
      if (live !== undefined && stringAt(live['status'], 'phase') !== 'Running')
        await answerOf(client.mergePatch(pod, { status }, { subresource: 'status' }));
      return signal.aborted ? true : undefined;
    },
    120,
  );
}

async function password(name: string): Promise<unknown> {
  const secret = await client.get({ apiVersion: 'v1', kind: 'Secret', namespace: id, name });
  return fieldsAt(secret, 'data')?.['password'];
}

describe('a testbed provisioned by the real engine', () => {
  it('keeps its passwords through runs and changes, shows them nowhere, and ends', async () => {
    const first = await run('up', admittedSpec({ database }));
    expect(first.outputs).toEqual({
      id,
      namespace: id,
      grade: 'open',
      database: {
        engine: 'postgresql',
        version: 15,
        host: `database.${id}.svc`,
        port: 5432,
        name: 'testbed',
        secret: 'database-app',
        certificateEnds: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
      },
    });
    const passwords = [await password('database-app'), await password('database-owner')];
    expect(new Set(passwords).size).toBe(2);
    expect(passwords).toEqual([expect.any(String), expect.any(String)]);

    const again = await run('up', admittedSpec({ database }));
    expect(again.changes).toEqual([]);
    expect([await password('database-app'), await password('database-owner')]).toEqual(passwords);

    const larger = admittedSpec({ database, size: 'medium', members: ['a@startup.example', 'b@startup.example'] });
    const changed = await run('up', larger);
    expect(changed.changes.filter(({ resourceType }) => resourceType === 'kubernetes:core/v1:Secret')).toEqual([]);
    expect(changed.changes.length).toBeGreaterThan(0);
    expect([await password('database-app'), await password('database-owner')]).toEqual(passwords);

    for (const said of [first, again, changed]) expect(JSON.stringify(said)).not.toContain('tbs_');

    const ended = await run('down', larger);
    expect(ended.counts.delete).toBeGreaterThan(0);
    await eventually('the end of the namespace', async () => {
      const left = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: id });
      return left === undefined ? true : undefined;
    });
    for await (const left of client.list('v1', 'ServiceAccount', {
      namespace: 'testbed-access',
      labelSelector: `testbed.io/testbed=${id}`,
    }))
      expect(left.metadata.name).toBe('nothing is left');
  });
});
