import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awaitedReadiness, parseAwaited } from '../../kubernetes/awaited';
import { JsonPathRefused, parseJsonPath, valuesAt } from '../../kubernetes/json-path';
import type { KubernetesObject } from '../../kubernetes/types';

const OBJECT = {
  status: {
    phase: 'Running',
    count: 3,
    'a.b': 'dotted',
    ready: true,
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False', reason: 'Busy', message: 'not yet' },
    ],
    ports: { http: 80, https: 443 },
  },
};

describe('a path into an object', () => {
  it.each<[string, unknown[]]>([
    ['{.status.phase}', ['Running']],
    ['.status.phase', ['Running']],
    ['status.phase', ['Running']],
    ['$.status.count', [3]],
    ['{.status.a\\.b}', ['dotted']],
    [`{.status['a.b']}`, ['dotted']],
    ['{.status["phase"]}', ['Running']],
    ['{.status.conditions[0].type}', ['Ready']],
    ['{.status.conditions[-1].type}', ['Synced']],
    ['{.status.conditions[7].type}', []],
    ['{.status.conditions[*].type}', ['Ready', 'Synced']],
    ['{.status.conditions[?(@.type=="Ready")].status}', ['True']],
    [`{.status.conditions[?(@.type!='Ready')].status}`, ['False']],
    ['{.status.ports[*]}', [80, 443]],
    ['{.status.ports.*}', [80, 443]],
    ['{.status.nothing.at.all}', []],
    ['{.status.phase.length}', []],
    ['{.constructor}', []],
    ['{.__proto__}', []],
  ])('%s leads to what is there', (path, values) => {
    expect(valuesAt(parseJsonPath(path), OBJECT)).toEqual(values);
  });

  it.each([
    '{..phase}',
    '{.status[0:2]}',
    '{.status[0,1]}',
    '{range .items[*]}',
    '{.status.conditions[?(@.a=="b" && @.c=="d")]}',
    '{.status.conditions[?(@[?(@.a=="b")]=="c")]}',
    '{.status',
    '',
    'a b',
  ])('%s is refused with its place', (path) => {
    const refusal = refusalOf(() => parseJsonPath(path));
    expect(refusal.text.en).toContain(`the path ${path} cannot be read at "`);
    expect(refusal.text.ko).toMatch(/[가-힣]/);
  });

  it('is bounded in length and steps', () => {
    expect(refusalOf(() => parseJsonPath(`.${'a'.repeat(512)}`)).text.en).toContain('too long');
    expect(refusalOf(() => parseJsonPath('.a'.repeat(33))).text.en).toContain('more than 32 steps');
  });

  it('leads to at most 1000 values, whatever the object', () => {
    const wide = Array.from({ length: 2000 }, () => Array.from({ length: 2000 }, () => 1));
    expect(valuesAt(parseJsonPath('[*][*]'), wide)).toHaveLength(1000);
  });

  it('is read or refused within bounds, whatever is written', () => {
    const letters = fc.constantFrom(
      '.',
      '[',
      ']',
      '{',
      '}',
      '\\',
      '"',
      "'",
      '?',
      '(',
      '@',
      '=',
      '!',
      ')',
      '*',
      'a',
      '0',
      '$',
    );
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 400 }), (parts) => {
        const began = performance.now();
        const written = parts.join('');
        try {
          valuesAt(parseJsonPath(written), OBJECT);
          parseAwaited(`jsonpath=${written}`);
        } catch (error) {
          if (!(error instanceof JsonPathRefused)) throw error;
        }
        expect(performance.now() - began).toBeLessThan(1000);
      }),
    );
    // What would take for ever if a place could be read in two ways.
    expect(() => parseJsonPath(`.a[?(@${'\\.'.repeat(240)}`)).toThrow(JsonPathRefused);
  });
});

describe('what a program waits for', () => {
  const object = (status: object, generation = 1): KubernetesObject => ({
    apiVersion: 'example.org/v1',
    kind: 'Widget',
    metadata: { name: 'a', generation },
    status,
  });
  const verdict = (written: string, given: KubernetesObject): string => {
    const state = awaitedReadiness(parseAwaited(written), given);
    return state.state === 'ready' ? 'ready' : `${state.state}: ${state.reason.en}`;
  };

  it.each<[string, object, string]>([
    ['condition=Ready', { conditions: [{ type: 'Ready', status: 'True' }] }, 'ready'],
    ['condition=ready', { conditions: [{ type: 'Ready', status: 'True' }] }, 'ready'],
    ['condition=Ready=False', { conditions: [{ type: 'Ready', status: 'False' }] }, 'ready'],
    ['condition=Ready', {}, 'waiting: it has no condition Ready yet'],
    ['condition=Synced', OBJECT.status, 'waiting: its condition Synced is False, not True: Busy: not yet'],
    [
      'condition=example.org/Synced',
      { conditions: [{ type: 'example.org/Synced', status: 'True', observedGeneration: 0 }] },
      'waiting: its controller has not seen the latest change yet',
    ],
    ['jsonpath={.status.phase}=Running', OBJECT.status, 'ready'],
    ['jsonpath={.status.phase}', OBJECT.status, 'ready'],
    ['jsonpath=.status.phase=Running', OBJECT.status, 'ready'],
    ['jsonpath={.status.count}=3', OBJECT.status, 'ready'],
    ['jsonpath={.status.ready}=true', OBJECT.status, 'ready'],
    ['jsonpath={.status.phase}=Gone', OBJECT.status, 'waiting: its {.status.phase} is "Running", not "Gone"'],
    ['jsonpath={.status.none}', OBJECT.status, 'waiting: it has no {.status.none} yet'],
    ['jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', OBJECT.status, 'ready'],
    ['jsonpath=.status.conditions[?(@.type=="Synced")].status=False', OBJECT.status, 'ready'],
    [
      'jsonpath={.status.conditions[*].status}=True',
      OBJECT.status,
      'waiting: its {.status.conditions[*].status} is "False", not "True"',
    ],
    ['["condition=Ready","jsonpath={.status.phase}=Running"]', OBJECT.status, 'ready'],
    [
      '["condition=Ready","condition=Synced"]',
      OBJECT.status,
      'waiting: its condition Synced is False, not True: Busy: not yet',
    ],
    [
      'jsonpath={.status.phase}=Running',
      { ...OBJECT.status, observedGeneration: 0 },
      'waiting: its controller has not seen the latest change yet',
    ],
  ])('%s', (written, status, expected) => {
    expect(verdict(written, object(status))).toBe(expected);
  });

  it('is not fulfilled by what is being deleted', () => {
    const ending = object(OBJECT.status);
    ending.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(verdict('condition=Ready', ending)).toBe('failed: it is being deleted');
  });

  it.each<[string, RegExp]>([
    ['', /^"" must look like condition=Ready/],
    ['Ready', /^"Ready" must look like condition=Ready/],
    ['condition=', /must look like/],
    ['condition=a b', /must look like/],
    ['jsonpath=', /must look like/],
    ['jsonpath={.a', /must look like/],
    ['jsonpath={..a}', /cannot be read at "\.\.a"/],
    ['[]', /1 to 20 expressions, not 0/],
    ['[1]', /not a JSON list of strings/],
    ['["condition=Ready"', /not a JSON list of strings/],
    [JSON.stringify(Array.from({ length: 21 }, () => 'condition=Ready')), /1 to 20 expressions, not 21/],
    [`condition=${'a'.repeat(4096)}`, /longer than 4096/],
  ])('is refused when it cannot be read: %s', (written, words) => {
    const refusal = refusalOf(() => parseAwaited(written));
    expect(refusal.text.en).toMatch(words);
    expect(refusal.text.ko).toMatch(/[가-힣]/);
  });
});

function refusalOf(work: () => unknown): JsonPathRefused {
  try {
    work();
  } catch (error) {
    if (error instanceof JsonPathRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
