import { z } from 'zod';
import { TestbedError, reasonOf, text } from '../errors';
import type { JsonValue } from '../kubernetes/types';
import { nameOfUrn } from './urn';
import { maskSecrets } from './secret-values';
import { ciphertextOf, newStateKey } from './state-key';
import { fullStackName } from './stack-name';

/*
 * The state of a stack, as the engine writes it: a JSON file of its own form. What of it is read here is checked; all else goes through as it is.
 */

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().optional(),
  id: z.string().optional(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.json()).optional(),
  outputs: z.record(z.string(), z.json()).optional(),
});
const secretsProvider = z.discriminatedUnion('type', [
  z.object({ type: z.literal('passphrase') }),
  z.object({ type: z.literal('cloud'), state: z.object({ url: z.string(), encryptedkey: z.base64().max(1000) }) }),
]);
const latest = z.object({
  manifest: z.object({ time: z.string() }),
  secrets_providers: secretsProvider.nullish(),
  resources: z.array(z.unknown()).optional(),
  pending_operations: z.array(z.unknown()).nullish(),
});
const stackFile = z.object({
  version: z.literal(3),
  checkpoint: z.object({ stack: z.string(), latest: latest.nullish() }),
});
const resources = z.array(resource);
const recordedObject = z.object({
  type: z.string().startsWith('kubernetes:'),
  id: z.string(),
  outputs: z.object({ metadata: z.object({ uid: z.string() }) }),
});

/** What an operation needs to know of a state; its resources are not looked at. */
export interface StateHead {
  /** RFC 3339; of the last operation that wrote. */
  readonly writtenAt: string;
  /** Operations that were begun and never recorded as ended. */
  readonly pendingOperations: number;
  /** What the key service has to open before its secrets can be read; undefined for a stack of a passphrase, as older versions made them. */
  readonly sealedKey?: string;
}

export interface StateResource {
  readonly urn: string;
  /** `kubernetes:core/v1:Namespace` */
  readonly resourceType: string;
  readonly name: string;
  /** Present on what exists outside the state: `namespace/name`, or `name`. */
  readonly id?: string;
  readonly parent?: string;
  /** Secrets replaced by `[secret]`. */
  readonly inputs: Readonly<Record<string, JsonValue>>;
  readonly outputs: Readonly<Record<string, JsonValue>>;
}

export interface StackState extends StateHead {
  /** In the order in which they were made; the stack itself is not among them. */
  readonly resources: readonly StateResource[];
  readonly outputs: Readonly<Record<string, JsonValue>>;
}

/** What is known of a state, found whole and of this stack. `place` is where it lies, for people. Throws StateUnreadable naming that place. */
export function headOf(stack: string, content: string, place: string): StateHead {
  return named(place, () => headFrom(stack, parse(stack, content)));
}

/** As `headOf`, with all that the state holds. */
export function stateOf(stack: string, content: string, place: string): StackState {
  return named(place, () => {
    const checkpoint = parse(stack, content);
    const all = resources.parse(checkpoint.latest?.resources ?? []);
    return {
      ...headFrom(stack, checkpoint),
      resources: all.filter(({ type }) => type !== ROOT_TYPE).map(toResource),
      outputs: maskSecrets(all.find(({ type }) => type === ROOT_TYPE)?.outputs ?? {}),
    };
  });
}

/** An object of the cluster, as it was recorded last. */
export interface RecordedObject {
  /** `kubernetes:core/v1:Namespace` */
  readonly resourceType: string;
  /** `namespace/name`, or `name`. */
  readonly id: string;
  readonly uid: string;
}

/** The objects of a state. Looks at no more than that: some of `up` waits for it. Throws as `headOf`. */
export function recordedObjects(stack: string, content: string, place: string): readonly RecordedObject[] {
  return named(place, () =>
    (parse(stack, content).latest?.resources ?? []).flatMap((one) => {
      const { data } = recordedObject.safeParse(one);
      return data === undefined ? [] : [{ resourceType: data.type, id: data.id, uid: data.outputs.metadata.uid }];
    }),
  );
}

/** A stack without resources, with a key of its own, so that no second process has to make it. */
export function emptyState(stack: string, dataKey: string): string {
  return JSON.stringify({
    version: 3,
    checkpoint: {
      stack: fullStackName(stack),
      latest: {
        manifest: { time: new Date().toISOString(), magic: '', version: '' },
        secrets_providers: newStateKey(stack, dataKey),
        metadata: {},
      },
    },
  });
}

/**
 * The state without operations that were begun and never recorded as ended, as a killed engine leaves them: it would warn of them for ever. What they made
 * bears our mark and is taken up by it.
 */
export function withoutPending(content: string): string {
  const file = z.looseObject({ checkpoint: z.looseObject({ latest: z.looseObject({}) }) }).parse(JSON.parse(content));
  delete file.checkpoint.latest['pending_operations'];
  return JSON.stringify(file);
}

/** The error for state that is there but cannot be used; `place` is a file, or a document and its store. */
export function stateUnreadable(place: string, cause: unknown): TestbedError {
  return new TestbedError(
    'StateUnreadable',
    text(
      `cannot use the state ${place}: ${reasonOf(cause)}`,
      `상태 ${place}을(를) 사용할 수 없습니다: ${reasonOf(cause)}`,
    ),
    {
      cause,
      hint: text(
        'make it anew from what stands on the cluster: testbed state rebuild NAME; or restore a backup: testbed state restore FILE',
        '클러스터에 있는 객체로 다시 만드세요: testbed state rebuild 이름. 또는 백업을 복원하세요: testbed state restore 파일',
      ),
    },
  );
}

const ROOT_TYPE = 'pulumi:pulumi:Stack';

type Checkpoint = z.output<typeof stackFile>['checkpoint'];

function parse(stack: string, content: string): Checkpoint {
  const { checkpoint } = stackFile.parse(JSON.parse(content));
  if (checkpoint.stack !== fullStackName(stack)) throw new Error(`it belongs to the stack '${checkpoint.stack}'`);
  return checkpoint;
}

function headFrom(stack: string, checkpoint: Checkpoint): StateHead {
  const provider = checkpoint.latest?.secrets_providers;
  return {
    writtenAt: checkpoint.latest?.manifest.time ?? new Date(0).toISOString(),
    pendingOperations: checkpoint.latest?.pending_operations?.length ?? 0,
    ...(provider?.type === 'cloud' ? { sealedKey: ciphertextOf(stack, provider.state) } : {}),
  };
}

function named<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw stateUnreadable(place, cause instanceof z.ZodError ? new Error(z.prettifyError(cause)) : cause);
  }
}

function toResource(from: z.output<typeof resource>): StateResource {
  return {
    urn: from.urn,
    resourceType: from.type,
    name: nameOfUrn(from.urn),
    ...(from.id === undefined ? {} : { id: from.id }),
    ...(from.parent === undefined ? {} : { parent: from.parent }),
    inputs: maskSecrets(from.inputs ?? {}),
    outputs: maskSecrets(from.outputs ?? {}),
  };
}
