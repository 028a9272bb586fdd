import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { hasErrorCode } from '../host/error-code';
import type { JsonValue } from '../kubernetes/types';
import { nameOfUrn } from './urn';
import { maskSecrets } from './secret-values';
import { ciphertextOf, newStateKey } from './state-key';
import { fullStackName, isStackName, requireStackName } from './stack-name';
import type { StackReference } from './types';

/** Largest state that is read, in bytes: a testbed's is about 250 kB. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** Records of past operations that stay beside a stack. */
const KEPT_HISTORY = 3;

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
const stackFile = z.object({
  version: z.literal(3),
  checkpoint: z.object({
    stack: z.string(),
    latest: z
      .object({
        manifest: z.object({ time: z.string() }),
        secrets_providers: secretsProvider.nullish(),
        resources: z.array(resource).optional(),
        pending_operations: z.array(z.unknown()).nullish(),
      })
      .nullish(),
  }),
});

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

export interface StackState {
  /** RFC 3339; of the last operation that wrote. */
  readonly writtenAt: string;
  /** In the order in which they were made; the stack itself is not among them. */
  readonly resources: readonly StateResource[];
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** Operations that were begun and never recorded as ended. */
  readonly pendingOperations: number;
  /** What the key service has to open before its secrets can be read; undefined for a stack of a passphrase, as older versions made them. */
  readonly sealedKey?: string;
}

/** What names a stack without its key. */
export type StackLocation = { readonly name: string; readonly stateDirectory: string };

/** Where the engine keeps the state of a stack. */
export function stackFilePath(stack: StackLocation): string {
  return join(stacksFolder(stack.stateDirectory), `${requireStackName(stack.name)}.json`);
}

/** Names of the stacks in a state directory, sorted; empty when there is none yet. */
export function listStacks(stateDirectory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(stacksFolder(stateDirectory));
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return [];
    throw stateUnreadable(stacksFolder(stateDirectory), cause);
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter(isStackName)
    .sort();
}

/** Reads a stack without the CLI; undefined when there is none. Throws StateUnreadable naming the file. */
export function readStack(stack: StackLocation): StackState | undefined {
  const file = stackFilePath(stack);
  let content: string;
  try {
    const { size } = statSync(file);
    if (size > MAX_STATE_BYTES) throw new Error(`it is ${size} bytes long; at most ${MAX_STATE_BYTES} are read`);
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    throw stateUnreadable(file, cause);
  }
  try {
    const { checkpoint } = stackFile.parse(JSON.parse(content));
    if (checkpoint.stack !== fullStackName(stack.name))
      throw new Error(`it belongs to the stack '${checkpoint.stack}'`);
    const all = checkpoint.latest?.resources ?? [];
    const provider = checkpoint.latest?.secrets_providers;
    return {
      writtenAt: checkpoint.latest?.manifest.time ?? new Date(0).toISOString(),
      resources: all.filter(({ type }) => type !== ROOT_TYPE).map(toResource),
      outputs: maskSecrets(all.find(({ type }) => type === ROOT_TYPE)?.outputs ?? {}),
      pendingOperations: checkpoint.latest?.pending_operations?.length ?? 0,
      ...(provider?.type === 'cloud' ? { sealedKey: ciphertextOf(stack.name, provider.state) } : {}),
    };
  } catch (cause) {
    throw stateUnreadable(file, cause instanceof z.ZodError ? new Error(z.prettifyError(cause)) : cause);
  }
}

/** Writes an empty stack with a key of its own where there is none, so that no second process has to; does nothing to one that exists. */
export function createStack(stack: StackReference): void {
  const file = stackFilePath(stack);
  if (existsSync(file)) return;
  const empty = {
    version: 3,
    checkpoint: {
      stack: fullStackName(stack.name),
      latest: {
        manifest: { time: new Date().toISOString(), magic: '', version: '' },
        secrets_providers: newStateKey(stack.name, stack.dataKey),
        metadata: {},
      },
    },
  };
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeWhole(join(stack.stateDirectory, '.pulumi', 'meta.yaml'), 'version: 1\n', { existing: 'keep' });
    writeWhole(file, JSON.stringify(empty), { existing: 'keep' });
  } catch (cause) {
    if (isNoSpace(cause)) throw noSpace(file, cause);
    throw stateUnreadable(file, cause);
  }
}

/** Keeps the newest records of past operations only: each holds a whole copy of the state. */
export function pruneHistory(stack: StackLocation): void {
  const folder = join(stack.stateDirectory, '.pulumi', 'history', PULUMI_PROJECT, requireStackName(stack.name));
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return;
    throw stateUnreadable(folder, cause);
  }
  for (const kind of ['.history.json', '.checkpoint.json']) {
    const old = names
      .filter((name) => name.endsWith(kind))
      .sort()
      .slice(0, -KEPT_HISTORY);
    for (const name of old) rmSync(join(folder, name), { force: true });
  }
}

/** Forgets a stack that has no resources left, with its history. */
export function endStack(stack: StackLocation): void {
  const file = stackFilePath(stack);
  const project = [PULUMI_PROJECT, requireStackName(stack.name)] as const;
  for (const path of [file, `${file}.bak`]) rmSync(path, { force: true });
  for (const kind of ['history', 'backups'])
    rmSync(join(stack.stateDirectory, '.pulumi', kind, ...project), { recursive: true, force: true });
}

/** The error for state that is there but cannot be used. */
export function stateUnreadable(file: string, cause: unknown): TestbedError {
  return new TestbedError(
    'StateUnreadable',
    text(
      `cannot use the state file ${file}: ${reasonOf(cause)}`,
      `상태 파일 ${file}을(를) 사용할 수 없습니다: ${reasonOf(cause)}`,
    ),
    {
      cause,
      hint: text(`look at the copy that the engine kept: ${file}.bak`, `엔진이 남겨 둔 사본을 확인하세요: ${file}.bak`),
    },
  );
}

const ROOT_TYPE = 'pulumi:pulumi:Stack';

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

function stacksFolder(stateDirectory: string): string {
  return join(stateDirectory, '.pulumi', 'stacks', PULUMI_PROJECT);
}
