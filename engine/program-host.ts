import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { reasonOf } from '../errors';
import { leaveOutUnused } from './left-out';
import type { ProgramReference } from './types';

type Program = () => unknown;

// The SDK keeps these three out of its types, though its own CLI front end stands on them: checked here once, used as checked.
const isFunction = (value: unknown): boolean => typeof value === 'function';
const automationServer = z.object({
  LanguageServer: z.custom<new (program: Program) => UntypedServiceImplementation>(isFunction),
});
const runtimeState = z.object({ getStore: z.custom<() => unknown>(isFunction) });
const languageService = z.object({ LanguageRuntimeService: z.custom<ServiceDefinition>() });
const programModule = z.object({
  program: z.custom<(args: unknown, context: { readonly seed?: string }) => unknown>(isFunction),
});
const logModule = z.custom<object>((value) => typeof value === 'object' && value !== null && 'debug' in value);
const runStore = z.object({ settings: z.object({ monitor: z.unknown().optional(), engine: z.unknown().optional() }) });

export interface HostedProgram {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** Frees what the SDK keeps of a run: its two connections and the stack's resource graph. */
  release(): void;
}

const load = createRequire(__filename);

/** Where the SDK keeps the last stack of a thread, and with it the whole graph of its resources. */
const STACK_GLOBAL = 'stackResource';

/** Imports the SDK and the provider's classes: about half a second, once a thread. */
export function loadSdk(): void {
  leaveOutUnused();
  silenceDebug();
  load('@pulumi/pulumi/automation/server');
  load('@pulumi/pulumi/proto/language_grpc_pb');
  load('@pulumi/kubernetes');
}

/** The language service that runs `program(args, { seed })`. Throws when its module cannot be loaded or exports no `program`. */
export function hostProgram(reference: ProgramReference, seed: string | undefined): HostedProgram {
  leaveOutUnused();
  silenceDebug();
  const { LanguageServer } = automationServer.parse(load('@pulumi/pulumi/automation/server'));
  const { getStore } = runtimeState.parse(load('@pulumi/pulumi/runtime/state'));
  const { LanguageRuntimeService } = languageService.parse(load('@pulumi/pulumi/proto/language_grpc_pb'));
  const { program } = loadProgram(reference.module);
  let store: unknown;
  const server = new LanguageServer(() => {
    store = getStore();
    return program(reference.args, seed === undefined ? {} : { seed });
  });
  return {
    definition: LanguageRuntimeService,
    implementation: server,
    release() {
      const { settings } = runStore.safeParse(store).data ?? {};
      for (const client of [settings?.monitor, settings?.engine]) close(client);
      Reflect.set(globalThis, STACK_GLOBAL, undefined);
      store = undefined;
    },
  };
}

/**
 * The SDK sends about five debug lines a resource to the engine, values of secrets among them. Nobody reads them here, so they are
 * not sent: less work, and no secret in clear on the wire.
 */
export function silenceDebug(): void {
  const log = logModule.parse(load('@pulumi/pulumi/log'));
  Reflect.set(log, 'debug', () => Promise.resolve());
}

function close(client: unknown): void {
  if (typeof client === 'object' && client !== null && 'close' in client && typeof client.close === 'function')
    client.close();
}

export function loadProgram(module: string): z.output<typeof programModule> {
  let loaded: unknown;
  try {
    loaded = load(module);
  } catch (cause) {
    throw new Error(`cannot load the program ${module}: ${reasonOf(cause)}`, { cause });
  }
  const parsed = programModule.safeParse(loaded);
  if (!parsed.success) throw new Error(`the program ${module} exports no function 'program'`);
  return parsed.data;
}
