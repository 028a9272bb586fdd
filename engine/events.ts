import { z } from 'zod';
import type { JsonValue } from '../kubernetes/types';
import { withoutColours } from './colours';
import { parseEngineMessage, type Step } from './engine-messages';
import { maskSecrets } from './secret-values';
import type { EngineEvent, Repaired, ResourceChange, ResourceOperation } from './types';
import { nameOfUrn } from './urn';

/** Longest text of a diagnostic that is kept, in characters, and how many are kept of each severity. */
const MAX_TEXT = 8_000;
const MAX_KEPT = 100;

/** Something that went wrong, in the engine's words. */
export interface Failure {
  readonly message: string;
  readonly urn?: string;
  /** `ConfigMap tb-x7k2p9/settings`; undefined where the engine told no resource. */
  readonly object?: string;
  readonly operation?: ResourceOperation;
}

/** What the event stream of one operation came to. */
export interface Report {
  readonly changes: readonly ResourceChange[];
  readonly counts: Readonly<Partial<Record<ResourceOperation, number>>>;
  readonly outputs: Readonly<Record<string, JsonValue>>;
  readonly warnings: readonly string[];
  readonly failures: readonly Failure[];
  /** What the provider took back, where it was asked to. */
  readonly repaired?: readonly Repaired[];
  /** Whether the engine said how it ended: false when it was killed. */
  readonly complete: boolean;
}

export interface EventCollector {
  /** Takes one event as the engine wrote it; what it does not know it ignores. */
  accept(json: string): void;
  /** Takes what the API server warned of in its answers; tells each once. */
  acceptServerWarnings(warnings: readonly string[]): void;
  report(): Report;
}

const outputsSchema = z.record(z.string(), z.json());

/**
 * Turns the engine's events into progress and result. Only what exists outside the state counts: the stack itself, components and
 * providers are the engine's own matter. Debug lines are dropped unread: the SDK writes values of secrets into them.
 */
export function createEventCollector(onEvent: (event: EngineEvent) => void): EventCollector {
  const begun = new Map<string, number>();
  const objects = new Map<string, { readonly object: string; readonly operation: ResourceOperation }>();
  const changes = new Map<string, ResourceChange>();
  const warnings: string[] = [];
  const failures: Failure[] = [];
  let outputs: Record<string, JsonValue> = {};
  let complete = false;

  const onStep = (step: Step, state: 'start' | 'done' | 'failed'): void => {
    if (step.type === 'pulumi:pulumi:Stack') {
      if (state === 'done') outputs = maskSecrets(outputsSchema.safeParse(step.new?.outputs).data ?? {});
      return;
    }
    const operation = operationOf(step.op);
    if (operation === undefined) return;
    objects.set(step.urn, { object: describe(step), operation });
    if (!isObject(step)) return;
    const name = nameOfUrn(step.urn);
    const base = { operation, urn: step.urn, resourceType: step.type, name };
    if (state === 'start') begun.set(step.urn, performance.now());
    const start = begun.get(step.urn);
    const elapsed =
      state === 'start' || start === undefined ? {} : { elapsedMs: Math.round(performance.now() - start) };
    onEvent({ type: 'resource', state, ...base, ...elapsed });
    if (state !== 'done') return;
    const before = changes.get(step.urn);
    const paths = Object.keys(step.detailedDiff ?? {});
    // A replacement comes as several steps of one resource: it counts once.
    changes.set(step.urn, {
      ...base,
      operation: before?.operation === 'replace' ? 'replace' : operation,
      paths: paths.length > 0 ? paths.sort() : (before?.paths ?? []),
    });
  };

  const onWarning = (message: string, about: { readonly urn?: string; readonly source?: 'server' }): void => {
    if (warnings.length >= MAX_KEPT || warnings.includes(message)) return;
    warnings.push(message);
    onEvent({ type: 'diagnostic', severity: 'warning', message, ...about });
  };

  const onDiagnostic = (severity: string, words: string, urn: string | undefined): void => {
    if (severity !== 'warning' && severity !== 'error') return;
    const message = withoutColours(words).trim().slice(0, MAX_TEXT);
    if (message === '') return;
    if (severity === 'warning') {
      onWarning(message, urn === undefined ? {} : { urn });
      return;
    }
    onEvent({ type: 'diagnostic', severity, message, ...(urn === undefined ? {} : { urn }) });
    if (failures.length < MAX_KEPT) {
      const told = urn === undefined ? undefined : objects.get(urn);
      failures.push({ message, ...(urn === undefined ? {} : { urn }), ...told });
    }
  };

  return {
    accept(json) {
      const message = parseEngineMessage(json);
      if (message === undefined) return;
      const { diagnosticEvent: diagnostic } = message;
      if (message.resourcePreEvent !== undefined) onStep(message.resourcePreEvent.metadata, 'start');
      else if (message.resOutputsEvent !== undefined) onStep(message.resOutputsEvent.metadata, 'done');
      else if (message.resOpFailedEvent !== undefined) onStep(message.resOpFailedEvent.metadata, 'failed');
      else if (diagnostic !== undefined) {
        if (diagnostic.ephemeral !== true)
          onDiagnostic(diagnostic.severity, diagnostic.message, diagnostic.urn || undefined);
      } else if (message.summaryEvent !== undefined) complete = true;
    },
    acceptServerWarnings(all) {
      for (const message of all) onWarning(message, { source: 'server' });
    },
    report() {
      const counts: Partial<Record<ResourceOperation, number>> = {};
      for (const { operation } of changes.values()) counts[operation] = (counts[operation] ?? 0) + 1;
      return {
        changes: [...changes.values()].filter(({ operation }) => operation !== 'same'),
        counts,
        outputs,
        warnings,
        failures,
        complete,
      };
    },
  };
}

function isObject(step: Step): boolean {
  return (step.new ?? step.old)?.custom === true && !step.type.startsWith('pulumi:providers:');
}

/** `ConfigMap tb-x7k2p9/settings`, or type and logical name where the resource is no object. */
function describe(step: Step): string {
  const inputs = (step.new ?? step.old)?.inputs;
  const kind = step.type.slice(step.type.lastIndexOf(':') + 1);
  const { name, namespace } = inputs?.metadata ?? {};
  if (name === undefined) return `${kind} ${nameOfUrn(step.urn)}`;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function operationOf(op: string): ResourceOperation | undefined {
  switch (op) {
    case 'same':
    case 'create':
    case 'update':
    case 'replace':
    case 'delete':
    case 'read':
    case 'refresh':
      return op;
    case 'create-replacement':
    case 'delete-replaced':
    case 'read-replacement':
    case 'import-replacement':
      return 'replace';
    case 'import':
      return 'create';
    default:
      return undefined;
  }
}
