import { X509Certificate } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { beforeAll, describe, expect, it } from 'vitest';
import { ID, SEED, isObjectOfTheApi, admittedSpec, recordTestbed } from '../support/testbed-recording';
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
      database: {
        engine: 'postgresql',
        version: 15,
        host: `database.${ID}.svc`,
        port: 5432,
        name: 'testbed',
        secret: 'database-app',
      },
    });
  });

  it('refuses members who would share an identity', async () => {
    const spec = { ...admittedSpec(), members: ['a@startup.example', 'A@startup.example'] };
    await expect(recordTestbed(spec)).rejects.toThrow('would share the identity');
  });
});

describe('the generated credentials', () => {
  const spec = admittedSpec({ database: { engine: 'postgresql', version: 15 } });
  const secretOf = ({ resources }: Recording, name: string): RecordedResource => {
    const found = resources.find((one) => one.name === `${ID}-database-${name}`);
    if (found === undefined) throw new Error(`no resource ${name}`);
    return found;
  };
  const fieldsOf = (resource: RecordedResource, field: 'data' | 'stringData'): Record<string, string> => ({
    ...(resource.inputs[field] as Record<string, string>),
  });
  const loginOf = (recording: Recording, role: string) => fieldsOf(secretOf(recording, role), 'stringData');
  const passwordsOf = (recording: Recording) => ['app', 'owner'].map((role) => loginOf(recording, role)['password']);
  const credentialsOf = (recording: Recording, version = 1): Record<string, string> =>
    Object.fromEntries(
      Object.entries(fieldsOf(secretOf(recording, `credentials-${version}`), 'data')).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );

  it('of the server are secret on the wire, and later runs keep what is recorded', async () => {
    const credentials = secretOf(await recordTestbed(spec), 'credentials-1');
    expect(credentials.secrets).toEqual(['data']);
    expect(credentials.ignoreChanges).toEqual(['data']);
    expect(credentials.additionalSecretOutputs).toContain('data');
  });

  it('reach clients as the server has them: password, authority, and to insist on both', async () => {
    const recording = await recordTestbed(spec);
    const credentials = credentialsOf(recording);
    for (const [role, user] of [
      ['app', 'testbed_app'],
      ['owner', 'testbed_owner'],
    ] as const) {
      expect(secretOf(recording, role).secrets).toEqual(['stringData']);
      expect(secretOf(recording, role).ignoreChanges).toEqual([]);
      expect(loginOf(recording, role)).toEqual({
        host: `database.${ID}.svc`,
        port: '5432',
        dbname: 'testbed',
        user,
        password: credentials[role],
        sslmode: 'verify-full',
        sslrootcert: credentials['ca.crt'],
      });
      expect(credentials[role]).toMatch(/^tbs_[A-Za-z0-9_-]{32}$/);
    }
  });

  it('differ from each other, from testbed to testbed and from seed to seed, and are the same for the same seed', async () => {
    const [app, owner] = passwordsOf(await recordTestbed(spec));
    const again = passwordsOf(await recordTestbed(spec));
    const other = await recordTestbed(spec, 'tb-aaaaaa');
    const others = other.resources
      .filter(({ name }) => /-database-(app|owner)$/.test(name))
      .map((resource) => fieldsOf(resource, 'stringData')['password']);
    const seed = Buffer.alloc(32, 8).toString('base64');
    const reseeded = passwordsOf(await recordTestbed(spec, ID, { seed }));
    expect(again).toEqual([app, owner]);
    expect(new Set([app, owner, ...others, ...reseeded]).size).toBe(6);
  });

  it('are random without a seed', async () => {
    const first = passwordsOf(await recordTestbed(spec, ID, {}));
    const second = passwordsOf(await recordTestbed(spec, ID, {}));
    expect(new Set([...first, ...second]).size).toBe(4);
  });

  it('of another version have another Secret, which the server starts with, and other passwords', async () => {
    const first = await recordTestbed(spec);
    const second = await recordTestbed(spec, ID, { seed: SEED }, { databaseCredentials: 2 });
    expect(new Set([...passwordsOf(first), ...passwordsOf(second)]).size).toBe(4);
    expect(credentialsOf(second, 2)['tls.crt']).not.toBe(credentialsOf(first)['tls.crt']);
    for (const [recording, version] of [
      [first, 1],
      [second, 2],
    ] as const) {
      const server = JSON.stringify(secretOf(recording, 'server').inputs);
      expect([...server.matchAll(/database-credentials-\d+/g)].map(([name]) => name)).toEqual([
        `database-credentials-${version}`,
      ]);
    }
  });

  it('restart the server when its certificate is another one, also under the same name', async () => {
    const stamps = [await recordTestbed(spec), await recordTestbed(spec)].map(
      (recording) =>
        /"testbed.io\/credentials":"([0-9a-f]{16})"/.exec(JSON.stringify(secretOf(recording, 'server').inputs))?.[1],
    );
    expect(stamps).toEqual([expect.any(String), expect.any(String)]);
    expect(stamps[0]).not.toBe(stamps[1]);
  });

  it('tell when the certificate of the server ends', async () => {
    const recording = await recordTestbed(spec);
    const certificate = new X509Certificate(credentialsOf(recording)['tls.crt'] ?? '');
    const result = await new Promise<unknown>((resolve) => pulumi.all([recording.result]).apply(resolve));
    expect(result).toMatchObject([{ database: { certificateEnds: certificate.validToDate.toISOString() } }]);
  });
});
