import { beforeAll, describe, expect, it } from 'vitest';
import { ID, isObjectOfTheApi, admittedSpec, recordTestbed } from '../support/testbed-recording';
import type { RecordedResource, Recording } from '../support/recording-monitor';

// The recording monitor stands in for the engine: what is sent is proved here, what a cluster makes of it in manifests.test.ts.

const VARIANTS: readonly [string, Readonly<Record<string, unknown>>][] = [
  ['the boundary alone', {}],
  ['a database', { database: { engine: 'postgresql', version: 15 } }],
  [
    'everything',
    {
      grade: 'sensitive',
      size: 'large',
      members: ['a@startup.example', 'b@startup.example', 'c@startup.example'],
      database: { engine: 'postgresql', version: 15, storage: '100Gi' },
      network: { egress: [{ name: 'api', cidr: '203.0.113.0/24', ports: [{ port: 443 }] }] },
    },
  ],
];

/** The stages of a testbed, by component label and kind. A higher stage waits for every object of all lower ones. */
function stageOf({ type, inputs }: RecordedResource): number {
  const kind = type.slice(type.lastIndexOf(':') + 1);
  const component = Reflect.get(Reflect.get(Object(inputs['metadata']), 'labels') ?? {}, 'testbed.io/component');
  if (kind === 'Namespace') return 0;
  if (kind === 'ResourceQuota' || kind === 'LimitRange') return 1;
  if (kind === 'NetworkPolicy') return 2;
  if (component === 'access') return kind === 'RoleBinding' ? 6 : 5;
  return kind === 'ServiceAccount' ? 3 : 4;
}

describe.each(VARIANTS)('a testbed with %s', (_, fields) => {
  let recording: Recording;
  let objects: readonly RecordedResource[];

  beforeAll(async () => {
    recording = await recordTestbed(admittedSpec(fields));
    objects = recording.resources.filter(isObjectOfTheApi);
  });

  it('has components whose children bear their names and lie below them', () => {
    const byUrn = new Map(recording.resources.map((resource) => [resource.urn, resource]));
    const components = recording.resources.filter(({ custom }) => !custom);
    expect(components.map(({ type, name }) => `${type} ${name}`).toSorted()).toEqual(
      [
        `testbed:components:Testbed ${ID}`,
        `testbed:components:Boundary ${ID}-boundary`,
        `testbed:components:Access ${ID}-access`,
        ...('database' in fields ? [`testbed:components:Database ${ID}-database`] : []),
      ].toSorted(),
    );
    for (const resource of recording.resources.filter(({ parent }) => parent !== ''))
      expect(resource.name.startsWith(`${byUrn.get(resource.parent)?.name}-`), resource.name).toBe(true);
    expect(objects.filter(({ parent }) => !components.some(({ urn }) => urn === parent))).toEqual([]);
  });

  it('publishes something from every component, and no secret', () => {
    const published = recording.resources
      .filter(({ custom }) => !custom)
      .map(({ urn }) => recording.published.get(urn));
    for (const outputs of published) expect(Object.keys(outputs ?? {}).length).toBeGreaterThan(0);
    expect(JSON.stringify([...recording.published.values(), recording.result])).not.toContain('tbs_');
  });

  it('makes every object by the one provider', () => {
    expect(new Set(objects.map(({ provider }) => provider)).size).toBe(1);
    expect(objects[0]?.provider).toContain('pulumi:providers:kubernetes::kubernetes::');
  });

  it('marks every object as managed and as its own', () => {
    for (const { inputs, name } of objects)
      expect(inputs['metadata'], name).toMatchObject({
        labels: { 'testbed.io/managed': 'true', 'testbed.io/testbed': ID, 'testbed.io/component': expect.any(String) },
      });
  });

  it('ends every object of its namespace with the namespace, and the identities of people by themselves', () => {
    const namespace = objects.find(({ type }) => type === 'kubernetes:core/v1:Namespace');
    for (const { inputs, deletedWith, name } of objects) {
      const place: unknown = Reflect.get(Object(inputs['metadata']), 'namespace');
      expect(deletedWith, name).toBe(place === ID ? namespace?.urn : '');
      expect([ID, 'testbed-access', undefined]).toContain(place);
    }
  });

  it('waits, for each object, for every object of every earlier stage', () => {
    const byUrn = new Map(objects.map((object) => [object.urn, object]));
    const before = (object: RecordedResource, seen = new Set<string>()): Set<string> => {
      for (const urn of object.dependencies) {
        const dependency = byUrn.get(urn);
        if (dependency === undefined || seen.has(urn)) continue;
        seen.add(urn);
        before(dependency, seen);
      }
      return seen;
    };
    for (const object of objects) {
      const awaited = before(object);
      for (const earlier of objects.filter((other) => stageOf(other) < stageOf(object)))
        expect(awaited.has(earlier.urn), `${object.name} waits for ${earlier.name}`).toBe(true);
      for (const urn of awaited) expect(stageOf(byUrn.get(urn) ?? object)).toBeLessThanOrEqual(stageOf(object));
    }
  });
});

describe('a testbed', () => {
  it('refuses an id that is none before it registers anything', async () => {
    await expect(recordTestbed(admittedSpec(), 'tb-X7K2P9')).rejects.toThrow('must look like tb-x7k2p9');
  });

  it('gives out what others need to find the database', async () => {
    const { result } = await recordTestbed(admittedSpec({ database: { engine: 'postgresql', version: 15 } }));
    expect(result).toMatchObject({
      id: ID,
      grade: 'open',
      database: { host: `database.${ID}.svc`, port: 5432, name: 'testbed', secret: 'database-app' },
    });
  });

  it('refuses members who would share an identity', async () => {
    const spec = { ...admittedSpec(), members: ['a@startup.example', 'A@startup.example'] };
    await expect(recordTestbed(spec)).rejects.toThrow('would share the identity');
  });
});

describe('the generated credentials', () => {
  const spec = admittedSpec({ database: { engine: 'postgresql', version: 15 } });
  const secretsOf = ({ resources }: Recording) =>
    resources.filter(({ type }) => type === 'kubernetes:core/v1:Secret').toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const passwordOf = (resource: RecordedResource | undefined): unknown =>
    Reflect.get(Object(resource?.inputs['stringData']), 'password');

  it('are secret on the wire, recorded once and never replaced', async () => {
    const secrets = secretsOf(await recordTestbed(spec));
    expect(secrets.map(({ name }) => name)).toEqual([`${ID}-database-app`, `${ID}-database-owner`]);
    for (const secret of secrets) {
      expect(secret.secrets).toContain('stringData');
      expect(secret.ignoreChanges).toEqual(['stringData', 'data']);
      expect(secret.additionalSecretOutputs).toEqual(expect.arrayContaining(['stringData', 'data']));
      expect(secret.inputs['immutable']).toBe(true);
      expect(passwordOf(secret)).toMatch(/^tbs_[A-Za-z0-9_-]{32}$/);
    }
  });

  it('differ from each other, from testbed to testbed and from seed to seed, and are the same for the same seed', async () => {
    const [app, owner] = secretsOf(await recordTestbed(spec)).map(passwordOf);
    const again = secretsOf(await recordTestbed(spec)).map(passwordOf);
    const other = secretsOf(await recordTestbed(spec, 'tb-aaaaaa')).map(passwordOf);
    const seed = Buffer.alloc(32, 8).toString('base64');
    const reseeded = secretsOf(await recordTestbed(spec, ID, { seed })).map(passwordOf);
    expect(again).toEqual([app, owner]);
    expect(new Set([app, owner, ...other, ...reseeded]).size).toBe(6);
  });

  it('are random without a seed', async () => {
    const first = secretsOf(await recordTestbed(spec, ID, {})).map(passwordOf);
    const second = secretsOf(await recordTestbed(spec, ID, {})).map(passwordOf);
    expect(new Set([...first, ...second]).size).toBe(4);
  });
});
