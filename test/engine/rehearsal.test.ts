import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/engine';
import type { JsonObject } from '../../kubernetes/types';
import { sharedProgram, testbedProgram } from '../../operations/program';
import { specOf } from '../support/specs';
import { SMALL_PROGRAM, thrown } from './harness';

const engine = createEngine({ runners: 1 });
afterAll(() => engine.close());

const small = (args: JsonObject) =>
  engine.rehearse({
    program: { module: SMALL_PROGRAM, args: { namespace: 'tb-abc123', ...args } },
    stack: 'tb-abc123',
  });

describe('the rehearsal of a program', () => {
  it('tells every resource with its inputs, in the order of registration, providers too and no component', async () => {
    const resources = await small({});
    expect(resources.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'pulumi:providers:kubernetes cluster',
      'kubernetes:core/v1:Namespace namespace',
      'kubernetes:core/v1:ConfigMap settings-0',
      'kubernetes:core/v1:Secret credentials',
    ]);
    expect(resources[2]).toMatchObject({
      urn: 'urn:pulumi:tb-abc123::testbed::kubernetes:core/v1:Namespace$kubernetes:core/v1:ConfigMap::settings-0',
      properties: { apiVersion: 'v1', kind: 'ConfigMap', data: { size: '1' } },
    });
    expect(resources[2]?.provider).toMatch(/^urn:pulumi:tb-abc123::testbed::pulumi:providers:kubernetes::cluster::/);
  });

  it('keeps the mark of a secret', async () => {
    const secret = (await small({ canary: 'canary-' })).find(({ name }) => name === 'credentials');
    expect(JSON.stringify(secret?.properties['stringData'])).toMatch(
      /^\{.*"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270".*"value":.*canary-/,
    );
  });

  it('ends with what the program throws, and the engine goes on', async () => {
    expect((await thrown(small({ fault: 'throw' }))).message).toContain('the program does not want to');
    expect((await thrown(small({ fault: 'exit' }))).message).toContain('the program called process.exit(7)');
    expect(await small({})).toHaveLength(4);
  });

  it('stops a program that registers without end', async () => {
    expect((await thrown(small({ maps: 2000 }))).message).toBe(
      'the plan cannot be judged: the program registers more than 2000 resources',
    );
  });

  it('finds every object of our own programs', async () => {
    const testbed = await engine.rehearse({
      program: testbedProgram(
        'tb-abc123',
        specOf({ name: 'rehearsed', database: { engine: 'postgresql', version: 15, storage: '1Gi' } }),
      ),
      stack: 'tb-abc123',
    });
    const shared = await engine.rehearse({ program: sharedProgram({ admins: [] }), stack: 'shared' });
    expect(testbed.filter(({ type }) => type === 'kubernetes:apps/v1:StatefulSet')).toHaveLength(1);
    expect(testbed.length).toBeGreaterThan(15);
    expect(shared.length).toBeGreaterThan(15);
    expect(
      [...testbed, ...shared].filter(
        ({ type, properties }) => !type.startsWith('pulumi:providers:') && properties['kind'] === undefined,
      ),
    ).toEqual([]);
  });
});
