import { describe, expect, it } from 'vitest';
import { UNKNOWN } from '../../../policies/evaluation/types';
import { itemsOf } from '../../../policies/plan/planned-items';
import { planned } from './rules';

const REGISTRATION = 'pulumi:registration:Resource';
const secret = (value: unknown): object => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  value,
});
const kinds = (type: string, properties: Readonly<Record<string, unknown>>): unknown[][] =>
  itemsOf(planned(type, 'it', properties))
    .filter(({ token }) => token !== REGISTRATION)
    .map(({ object }) => [object['apiVersion'], object['kind']]);

describe('a resource of Kubernetes', () => {
  it.each([
    ['kubernetes:core/v1:Pod', 'v1', 'Pod'],
    ['kubernetes:apps/v1:Deployment', 'apps/v1', 'Deployment'],
    ['kubernetes:networking.k8s.io/v1:NetworkPolicy', 'networking.k8s.io/v1', 'NetworkPolicy'],
    ['kubernetes:apps/v1:DeploymentPatch', 'apps/v1', 'Deployment'],
    ['kubernetes:core/v1:PodPatch', 'v1', 'Pod'],
  ])('%s is judged as %s %s, whatever it says itself', (type, apiVersion, kind) => {
    expect(kinds(type, { metadata: { name: 'a' } })).toEqual([[apiVersion, kind]]);
    expect(kinds(type, { apiVersion: 'v0', kind: 'Harmless' })).toEqual([[apiVersion, kind]]);
  });

  it('that is a list is each of its items', () => {
    const items = [{ metadata: { name: 'a' } }, { metadata: { name: 'b' }, kind: 'Harmless' }, 'no object'];
    expect(kinds('kubernetes:apps/v1:DeploymentList', { items })).toEqual([
      ['apps/v1', 'Deployment'],
      ['apps/v1', 'Deployment'],
    ]);
    expect(kinds('kubernetes:core/v1:PodList', { items: [] })).toEqual([]);
    // A kind of somebody's own whose name ends so is no list.
    expect(kinds('kubernetes:example.org/v1:AllowList', { spec: {} })).toEqual([['example.org/v1', 'AllowList']]);
  });
});

describe('a list of which not all is known', () => {
  it.each(['04da6b54-80e4-46f7-96ec-b56ff0331ba9', ['04da6b54-80e4-46f7-96ec-b56ff0331ba9']])(
    'is not taken for empty: %o',
    (items) => {
      const [item] = itemsOf(planned('kubernetes:core/v1:PodList', 'it', { items }));
      expect(item?.object).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: UNKNOWN, spec: UNKNOWN });
    },
  );
});

describe('any other resource', () => {
  it('is judged by its properties under its type', () => {
    const [item, asWritten, ...rest] = itemsOf(planned('docker:index/container:Container', 'box', { image: 'a' }));
    expect(item).toMatchObject({ token: 'docker:index/container:Container', name: 'box', object: { image: 'a' } });
    expect([asWritten?.token, rest]).toEqual([REGISTRATION, []]);
  });
});

describe('how a resource was registered', () => {
  const registration = (resource: ReturnType<typeof planned>): object | undefined =>
    itemsOf(resource).find(({ token }) => token === REGISTRATION)?.object;

  it('tells type, name, provider and of each known input its path and whether it is a secret; never a value', () => {
    const resource = planned('kubernetes:core/v1:Secret', 'app', {
      metadata: { name: 'app' },
      stringData: { user: 'clear-canary', password: secret('secret-canary') },
      list: [{ a: 1 }, secret({ b: 'secret-canary' })],
      later: '04da6b54-80e4-46f7-96ec-b56ff0331ba9',
      nothing: null,
    });
    expect(registration(resource)).toEqual({
      type: 'kubernetes:core/v1:Secret',
      name: 'app',
      explicitProvider: true,
      inputs: [
        { path: 'metadata.name', secret: false },
        { path: 'stringData.user', secret: false },
        { path: 'stringData.password', secret: true },
        { path: 'list.0.a', secret: false },
        { path: 'list.1.b', secret: true },
      ],
    });
    expect(JSON.stringify(registration(resource))).not.toContain('canary');
    expect(registration({ ...resource, provider: '' })).toMatchObject({ explicitProvider: false });
  });

  it('with more inputs than are looked at is not known, which no rule takes for passed', () => {
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`k${at}`, at]));
    expect(registration(planned('random:index:Id', 'a', many))).toMatchObject({ inputs: UNKNOWN });
  });
});
