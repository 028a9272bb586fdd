import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventCollector, type Report } from '../../engine/events';
import { failureOf } from '../../engine/failure';
import type { EngineEvent } from '../../engine/types';

const URN = 'urn:pulumi:tb-1::testbed::kubernetes:core/v1:ConfigMap::settings';

function step(op: string, more: object = {}): object {
  const state = { custom: true, inputs: { kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'tb-1' } } };
  return { metadata: { op, urn: URN, type: 'kubernetes:core/v1:ConfigMap', old: state, new: state, ...more } };
}

function collect(...messages: unknown[]): { readonly report: Report; readonly events: EngineEvent[] } {
  const events: EngineEvent[] = [];
  const collector = createEventCollector((event) => events.push(event));
  for (const message of messages) collector.accept(typeof message === 'string' ? message : JSON.stringify(message));
  return { report: collector.report(), events };
}

describe('the event stream', () => {
  it('survives whatever comes, and ignores what it does not know', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        const { report } = collect(...lines);
        expect(report.changes).toEqual([]);
      }),
    );
  });

  it('counts the steps of a replacement as one', () => {
    const { report } = collect(
      {
        resOutputsEvent: step('create-replacement', {
          detailedDiff: { 'metadata.name': { diffKind: 'update-replace' } },
        }),
      },
      { resOutputsEvent: step('replace') },
      { resOutputsEvent: step('delete-replaced') },
    );
    expect(report.counts).toEqual({ replace: 1 });
    expect(report.changes).toMatchObject([{ urn: URN, operation: 'replace', paths: ['metadata.name'] }]);
  });

  it('leaves out the stack, components and providers', () => {
    const urn = 'urn:pulumi:tb-1::testbed::pulumi:providers:kubernetes::k8s';
    const { report, events } = collect(
      { resOutputsEvent: step('create', { type: 'testbed:Boundary', new: {}, old: null }) },
      { resOutputsEvent: step('create', { type: 'pulumi:providers:kubernetes', urn }) },
      { resOutputsEvent: step('create', { type: 'pulumi:pulumi:Stack', new: { outputs: { a: 1 } } }) },
    );
    expect([report.counts, report.outputs, events]).toEqual([{}, { a: 1 }, []]);
  });

  it('drops debug lines, which hold values of secrets', () => {
    const { report, events } = collect({ diagnosticEvent: { severity: 'debug', message: 'password,,,geheim' } });
    expect(JSON.stringify([report, events])).not.toContain('geheim');
  });

  it('tells warnings once, without colours and bounded', () => {
    const warning = {
      diagnosticEvent: { severity: 'warning', message: `\u001b[31mcareful\u001b[0m${'x'.repeat(20_000)}\n` },
    };
    const { report } = collect(warning, warning);
    expect(report.warnings).toHaveLength(1);
    expect(report.warnings[0]).toMatch(/^carefulx+$/);
    expect(report.warnings[0]?.length).toBe(8000);
  });

  it('is complete only when the engine summed up', () => {
    expect(collect().report.complete).toBe(false);
    expect(collect({ summaryEvent: { result: 'succeeded' } }).report.complete).toBe(true);
  });
});

describe('the error of an operation', () => {
  const stack = { name: 'tb-1', place: 'states/tb-1 in /store' };
  const exit = { code: 1, signal: null, output: '' };
  const failing = (message: string, op = 'create'): object[] => [
    { resourcePreEvent: step(op) },
    { diagnosticEvent: { severity: 'error', urn: URN, message } },
    { diagnosticEvent: { severity: 'error', message: 'update failed\n' } },
  ];

  it.each([
    ['create', 'ConfigMap tb-1/settings could not be created: it is full'],
    ['update', 'ConfigMap tb-1/settings could not be changed: it is full'],
    ['delete', 'ConfigMap tb-1/settings could not be ended: it is full'],
  ])('names the object and what was tried when a %s fails', (op, message) => {
    const error = failureOf(stack, collect(...failing('It is full\n    at somewhere\n', op)).report, exit);
    expect([error.code, error.message]).toEqual(['EngineFailed', message]);
  });

  it('leads with who owns an object, then with what is not ready, and keeps the others', () => {
    const carried = (code: string): object => ({
      diagnosticEvent: {
        severity: 'error',
        urn: URN,
        message: `testbed:${code}: {"text":{"en":"${code}","ko":"${code}"}}`,
      },
    });
    const { report } = collect(...failing('first'), carried('NotReady'), carried('OwnershipConflict'));
    const error = failureOf(stack, report, exit);
    expect(error.code).toBe('OwnershipConflict');
    expect(error.details.map(({ en }) => en)).toEqual([
      'NotReady',
      'ConfigMap tb-1/settings could not be created: first',
    ]);
  });

  it.each([
    ['error: the stack is currently locked by 1 lock(s).', 'OperationRunning'],
    ['error: could not deserialize deployment: unknown field', 'StateUnreadable'],
    ['error: incorrect passphrase', 'StateUnreadable'],
    ['error: something else', 'EngineFailed'],
    ['', 'EngineFailed'],
  ])('without any event reads the words of the CLI: %j', (output, code) => {
    expect(failureOf(stack, undefined, { ...exit, output }).code).toBe(code);
  });
});
