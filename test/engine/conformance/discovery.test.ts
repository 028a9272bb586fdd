import { describe, expect, it } from 'vitest';
import { adminClient } from '../provider/support/served-provider';
import { BUILT_IN, definitions, LEFT_OUT } from './kinds';

/** Groups of the server itself; those of definitions that other tests make have a domain of their own. */
const isBuiltIn = (apiVersion: string): boolean => {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return !group.includes('.') || group.endsWith('.k8s.io');
};

describe('the table of kinds', () => {
  it('has each built-in kind that the server has, or says why not, and none that it does not have', async () => {
    const client = adminClient();
    const served = (await client.resources()).filter(
      ({ name, apiVersion }) => !name.includes('/') && isBuiltIn(apiVersion),
    );
    await client.close();
    const known = [...BUILT_IN, ...definitions('example.test').slice(0, 1)];
    const scopes = new Map(known.map(({ apiVersion, kind, scope }) => [`${apiVersion}/${kind}`, scope]));
    const names = served.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !scopes.has(name) && LEFT_OUT[name] === undefined)).toEqual([]);
    expect([...scopes.keys(), ...Object.keys(LEFT_OUT)].toSorted()).toEqual(names.toSorted());
    for (const { apiVersion, kind, namespaced } of served)
      expect([kind, scopes.get(`${apiVersion}/${kind}`) ?? 'none']).toEqual([
        kind,
        LEFT_OUT[`${apiVersion}/${kind}`] === undefined ? (namespaced ? 'namespace' : 'cluster') : 'none',
      ]);
  });
});
