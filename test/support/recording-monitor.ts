/**
 * Records what a Pulumi program registers: type, name, inputs, parent, order, options, published outputs.
 * A stand-in for the engine: it proves what the program sends, not what the engine or a provider makes of it (diff, defaults, state).
 */
import { createRequire } from 'node:module';
import * as pulumi from '@pulumi/pulumi';
import { MockMonitor } from '@pulumi/pulumi/runtime/mocks';

export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** As on the wire, secrets unwrapped; `secrets` lists the top-level keys that were wrapped. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  /** URN; empty without a parent. */
  readonly parent: string;
  /** URNs of everything that is registered before it, by dependsOn or by its inputs. */
  readonly dependencies: readonly string[];
  readonly deletedWith: string;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly provider: string;
}

export interface Recording {
  readonly resources: readonly RecordedResource[];
  /** Published outputs of components, by URN. */
  readonly published: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly result: unknown;
}

/** The part of a registration that is read here; the SDK's generated class has it. */
export interface Registration {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getParent(): string;
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getProvider(): string;
}

const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

export function recorded(urn: string, request: Registration): RecordedResource {
  const wire = request.getObject()?.toJavaScript() ?? {};
  const secrets = Object.keys(wire).filter((key) => isSecret(wire[key]));
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, unwrap(value)])),
    secrets,
    parent: request.getParent(),
    dependencies: request.getDependenciesList(),
    deletedWith: request.getDeletedwith(),
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    provider: request.getProvider(),
  };
}

function isSecret(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Reflect.get(value, SIGNATURE) === SECRET;
}

function unwrap(value: unknown): unknown {
  return isSecret(value) ? value['value'] : value;
}

const FEATURES = [
  'supportsSecrets',
  'supportsResourceReferences',
  'supportsDeletedWith',
  'supportsReplaceWith',
  'supportsAliasSpecs',
];

/** The SDK's settings of a run, which it does not export. */
function runStore(): object {
  const state: unknown = createRequire(__filename)('@pulumi/pulumi/runtime/state');
  const getStore: unknown = Reflect.get(Object(state), 'getStore');
  const store: unknown = typeof getStore === 'function' ? getStore() : undefined;
  if (typeof store !== 'object' || store === null) throw new Error('the SDK keeps its settings elsewhere');
  return store;
}

/** A registration that fails never ends: better a failing test than one that hangs. */
async function inTime(work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the program did not end: a registration failed')), 20_000);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export class RecordingMonitor extends MockMonitor {
  readonly recordings: RecordedResource[] = [];
  readonly published = new Map<string, Readonly<Record<string, unknown>>>();

  constructor() {
    super({
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { ...inputs } }),
      call: () => ({}),
    });
  }

  override async registerResource(request: Registration, callback: (error: unknown, response: unknown) => void) {
    await super.registerResource(request, (error: unknown, response: { getUrn(): string } | undefined) => {
      if (response !== undefined) this.recordings.push(recorded(response.getUrn(), request));
      callback(error, response);
    });
  }

  override registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined },
    callback: (error: unknown, response: unknown) => void,
  ) {
    this.published.set(request.getUrn(), request.getOutputs()?.toJavaScript() ?? {});
    super.registerResourceOutputs(request, callback);
  }
}

/** Runs a program and waits until all that it registered has arrived. One at a time: the SDK keeps its settings for the whole process. */
export async function record(build: () => unknown, stack = 'tb-x7k2p9'): Promise<Recording> {
  const monitor = new RecordingMonitor();
  pulumi.runtime.setMockOptions(monitor, 'testbed', stack);
  // The SDK would ask an engine for its features; a monitor that is put in its place is not asked.
  for (const feature of FEATURES) Reflect.set(runStore(), feature, true);
  try {
    const result = await build();
    await inTime(pulumi.runtime.disconnect());
    return { resources: monitor.recordings, published: monitor.published, result };
  } finally {
    // What a program began before it failed must not arrive at the next monitor.
    await inTime(pulumi.runtime.disconnect());
  }
}
