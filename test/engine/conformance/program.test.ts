import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { randomName, type ServedProvider } from '../provider/support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from '../provider/support/provider-in-namespace';
import { BUILT_IN, customKinds } from './kinds';
import { defineGroup, randomGroup, type DefinedGroup } from './support/defined-group';
import { objectOf } from './support/edits';
import { generatedObjects, type Generated } from './support/generated-objects';
import { openProgramOfObjects, type ProgramObject, type ProgramOfObjects } from './support/program-of-objects';
import { writesSeen } from './support/writes-seen';

/** The same objects at every run; TESTBED_CONFORMANCE_SEED=7 makes up others. */
const SEED = Number(process.env['TESTBED_CONFORMANCE_SEED'] ?? 1);
/** How many generated objects the program has; TESTBED_CONFORMANCE_RUNS=300 makes more. */
const OBJECTS = Number(process.env['TESTBED_CONFORMANCE_RUNS'] ?? 25);
const namespace = randomName('cp');
const group = randomGroup();

describe('the real CLI, with a program of objects', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;
  let defined: DefinedGroup;
  let program: ProgramOfObjects;

  beforeAll(async () => {
    place = await providerInNamespace(namespace, { waitFor: 'applied' });
    ({ client, provider } = place);
    defined = await defineGroup(provider, group);
    program = openProgramOfObjects();
  });
  afterAll(async () => {
    await program.end();
    await defined.end();
    await place.end();
  });

  const named = (object: JsonObject, name: string): JsonObject => ({
    ...object,
    metadata: { ...(object['metadata'] as JsonObject), name, namespace },
  });
  const configMap = (name: string, data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ...metadata },
    data,
  });
  const live = (name: string): Promise<KubernetesObject | undefined> =>
    client.get({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace });
  const uidOf = async (name: string): Promise<string | undefined> => (await live(name))?.metadata.uid;

  it('writes nothing at the second run, whatever was generated, and sees no drift', async () => {
    const [generated = []] = fc.sample(
      fc.array(generatedObjects(group).filter(isForTheSdk), { minLength: OBJECTS, maxLength: OBJECTS }),
      {
        numRuns: 1,
        seed: SEED,
      },
    );
    const objects = generated.map<ProgramObject>(({ kind, metadata, fields }, index) => ({
      name: `generated-${index}`,
      object: named({ apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...fields }, randomName('cp')),
    }));
    const stack = program.stack();
    const seed = JSON.stringify(objects);
    const first = await program.run('up', stack, objects);
    expect([first.counts, seed]).toEqual([{ create: OBJECTS }, seed]);
    const writes = await writesSeen(client, [namespace, group], async () => {
      const again = await program.run('up', stack, objects);
      expect([again.counts, again.changes, seed]).toEqual([{ same: OBJECTS }, [], seed]);
    });
    expect(writes).toEqual([]);
    expect([(await program.run('drift', stack, objects)).changes, seed]).toEqual([[], seed]);
    await program.run('down', stack, objects);
  });

  it('takes every kind of a namespace through its life, and leaves none of them', async () => {
    const kinds = [...BUILT_IN, ...customKinds(group)].filter(({ scope }) => scope === 'namespace');
    const objects = kinds.map<ProgramObject>((kind, index) => ({
      name: `object-${index}`,
      object: objectOf(kind, { namespace, name: randomName('cp') }),
    }));
    const stack = program.stack();
    expect((await program.run('up', stack, objects)).counts).toEqual({ create: objects.length });
    const writes = await writesSeen(client, [namespace], async () => {
      expect((await program.run('up', stack, objects)).counts).toEqual({ same: objects.length });
      expect((await program.run('preview', stack, objects)).counts).toEqual({ same: objects.length });
    });
    expect(writes).toEqual([]);
    expect((await program.run('down', stack, objects)).counts).toEqual({ delete: objects.length });
  });

  it('imports, keeps what is ignored, renames, keeps what is retained and refuses to end what is protected', async () => {
    const stack = program.stack();
    const up = async (...objects: ProgramObject[]): Promise<(readonly [string, string, readonly string[]])[]> =>
      (await program.run('up', stack, objects)).changes.map(({ name, operation, paths }) => [name, operation, paths]);
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } };
    for (const name of ['imported', 'looked-at', 'adopted'])
      await client.create({ ...theirs, metadata: { name, namespace } }, { fieldManager: 'somebody' });
    const before = await uidOf('imported');
    const imported = { name: 'imported', object: configMap('imported', { a: '1' }) };
    const lookedAt = { name: 'looked-at', object: theirs, get: `${namespace}/looked-at` };
    const adopted = {
      name: 'adopted',
      object: configMap('adopted', { a: '1', b: '2' }, { annotations: { 'testbed.io/adopt': 'true' } }),
    };
    const ignored = (a: string, b: string): ProgramObject => ({
      name: 'ignored',
      object: configMap('ignored', { a, b }),
      options: { ignoreChanges: ['data.a'] },
    });
    const replaced = (a: string): ProgramObject => ({
      name: 'replaced',
      object: configMap('replaced', { a }),
      options: { replaceOnChanges: ['data'], deleteBeforeReplace: true },
    });
    const renamed = (name: string, options: JsonObject = {}): ProgramObject => ({
      name,
      object: configMap('renamed', { a: '1' }),
      options,
    });
    const retained = { name: 'retained', object: configMap('retained', { a: '1' }), options: { retainOnDelete: true } };

    await up(
      { ...imported, options: { import: `${namespace}/imported` } },
      lookedAt,
      adopted,
      ignored('1', '1'),
      replaced('1'),
      renamed('old'),
      retained,
    );
    expect(await uidOf('imported')).toBe(before);
    expect((await live('adopted'))?.['data']).toEqual({ a: '1', b: '2' });
    const [ofReplaced, ofRenamed] = [await uidOf('replaced'), await uidOf('renamed')];

    expect(
      await up(
        imported,
        lookedAt,
        adopted,
        ignored('2', '2'),
        replaced('2'),
        renamed('new', { aliases: [{ name: 'old' }] }),
        retained,
      ),
    ).toEqual(
      expect.arrayContaining([
        ['ignored', 'update', ['data.b']],
        ['replaced', 'replace', ['data.a']],
      ]),
    );
    expect((await live('ignored'))?.['data']).toEqual({ a: '1', b: '2' });
    expect(await uidOf('replaced')).not.toBe(ofReplaced);
    expect(await uidOf('renamed')).toBe(ofRenamed);
    expect(await uidOf('imported')).toBe(before);

    // What the program no longer has: the retained object stays, the object only looked at too.
    await up(imported, adopted);
    expect(await Promise.all(['imported', 'adopted', 'retained', 'looked-at', 'ignored'].map(live))).toMatchObject([
      {},
      {},
      {},
      {},
      undefined,
    ]);

    const guarded = { ...imported, options: { protect: true } };
    await up(guarded, adopted);
    await expect(program.run('down', stack, [guarded, adopted])).rejects.toThrow('cannot be deleted');
    expect(await uidOf('imported')).toBe(before);
    await up(imported, adopted);
    await program.run('down', stack, [imported, adopted]);
    expect(await live('imported')).toBeUndefined();
  });

  it('does not end one by one what goes with its namespace', async () => {
    const stack = program.stack();
    const own = randomName('cp');
    const objects: ProgramObject[] = [
      { name: 'namespace', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: own } } },
      {
        name: 'inside',
        object: configMap('inside', { a: '1' }, { namespace: own }),
        options: { deletedWith: 'namespace', dependsOn: 'namespace' },
      },
    ];
    await program.run('up', stack, objects);
    const writes = await writesSeen(client, [own], async () => {
      await program.run('down', stack, objects);
    });
    expect(writes).toEqual([`delete /api/v1/namespaces/${own}`]);
  });
});

/** The SDK itself puts every field of a resource into a string for its debug log (`transferProperties`), and fails where the field has a key `toString`. */
function isForTheSdk({ fields }: Generated): boolean {
  return Object.values(fields).every(
    (field) => typeof field !== 'object' || field === null || !Object.hasOwn(field, 'toString'),
  );
}
