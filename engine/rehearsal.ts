import type { sendUnaryData } from '@grpc/grpc-js';
import type * as Protocol from '@pulumi/pulumi/proto/resource_pb';
import type { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { TestbedError, text } from '../errors';
import { leaveOutUnused } from './left-out';
import { loadProgram, silenceDebug } from './program-host';
import type { PlannedResource, ProgramReference } from './types';

const isFunction = (value: unknown): boolean => typeof value === 'function';

// What the SDK's own tests of programs stand on; checked here once, used as checked.
const runtimeState = z.object({
  withLocalStorage: z.custom<<T>(run: () => Promise<T>) => Promise<T>>(isFunction),
});
const runtimeSettings = z.object({
  setMockOptions: z.custom<(monitor: object, project: string, stack: string, preview: boolean) => void>(isFunction),
  disconnect: z.custom<() => Promise<void>>(isFunction),
});
const runtimeStack = z.object({
  runInPulumiStack: z.custom<(program: () => unknown) => Promise<unknown>>(isFunction),
});

const load = createRequire(__filename);

/** More resources than any environment has: a program that registers without end is stopped. */
const MAX_RESOURCES = 2000;
/** How long a rehearsal may take, in milliseconds. */
const REHEARSAL_MS = 30_000;
const STACK_TYPE = 'pulumi:pulumi:Stack';

export interface Rehearsal {
  readonly program: ProgramReference;
  readonly project: string;
  readonly stack: string;
}

/**
 * Runs a program against a monitor that only takes notes: what would be registered, with which inputs, before anything is. Values that a
 * cluster would give are unknown. Answers in the order of registration. Throws what the program throws, and EngineFailed for a program that
 * asks the engine for something (an invoke), registers without end or does not end.
 */
export async function rehearse(rehearsal: Rehearsal): Promise<readonly PlannedResource[]> {
  leaveOutUnused();
  silenceDebug();
  const { withLocalStorage } = runtimeState.parse(load('@pulumi/pulumi/runtime/state'));
  const { setMockOptions, disconnect } = runtimeSettings.parse(load('@pulumi/pulumi/runtime/settings'));
  const { runInPulumiStack } = runtimeStack.parse(load('@pulumi/pulumi/runtime/stack'));
  const { program } = loadProgram(rehearsal.program.module);
  const notes: PlannedResource[] = [];
  const thrown = Promise.withResolvers<never>();
  thrown.promise.catch(() => undefined);
  // What the SDK throws out of reach (a rejected output nobody waits for) fails the rehearsal, not the thread.
  const onStray = (reason: unknown): void => thrown.reject(reason);
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  const late = setTimeout(() => thrown.reject(tooLong()), REHEARSAL_MS);
  try {
    const run = withLocalStorage(async () => {
      setMockOptions(noteTaker(rehearsal, notes, thrown.reject), rehearsal.project, rehearsal.stack, true);
      await runInPulumiStack(() => program(rehearsal.program.args, {}));
      await disconnect();
    });
    await Promise.race([run, thrown.promise]);
    return notes;
  } finally {
    clearTimeout(late);
    process.off('uncaughtException', onStray);
    process.off('unhandledRejection', onStray);
    Reflect.set(globalThis, 'stackResource', undefined);
  }
}

/** The resource monitor, as far as a program needs one to run to its end. */
function noteTaker({ project, stack }: Rehearsal, notes: PlannedResource[], fail: (error: Error) => void): object {
  const protocol: typeof Protocol = load('@pulumi/pulumi/proto/resource_pb');
  const { Struct } = load('google-protobuf/google/protobuf/struct_pb');
  const feature = protocol.ResourceMonitorFeature;

  const urnOf = (parent: string, type: string, name: string): string => {
    const above = parent === '' ? '' : (parent.split('::')[2] ?? '');
    const qualified = above === '' || above === STACK_TYPE ? type : `${above}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
  };
  /** Ends the rehearsal; the SDK's own way of reporting it would wrap it. */
  const refuse = (error: TestbedError, answer: sendUnaryData<never>): void => {
    fail(error);
    answer(new Error(error.message), null);
  };

  return {
    getDeploymentInfo(_request: Empty, answer: sendUnaryData<Protocol.DeploymentInfo>) {
      const info = new protocol.DeploymentInfo();
      info.setSupportedfeaturesList([
        feature.RESOURCE_MONITOR_FEATURE_SECRETS,
        feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
        feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
        feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
        feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
        feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
      ]);
      answer(null, info);
    },
    registerResource(
      request: Protocol.RegisterResourceRequest,
      answer: sendUnaryData<Protocol.RegisterResourceResponse>,
    ) {
      const type = request.getType();
      const urn = urnOf(request.getParent(), type, request.getName());
      const inputs = request.getObject() ?? new Struct();
      if (request.getCustom()) {
        if (notes.length >= MAX_RESOURCES) {
          refuse(tooMany(), answer);
          return;
        }
        const properties = inputs.toJavaScript();
        notes.push({ urn, type, name: request.getName(), provider: request.getProvider(), properties });
      }
      const response = new protocol.RegisterResourceResponse();
      response.setUrn(urn);
      // Empty in a preview means: not known yet. What was not given as an input the SDK takes for unknown as well.
      response.setId('');
      response.setObject(inputs);
      answer(null, response);
    },
    readResource(_request: unknown, answer: sendUnaryData<never>) {
      refuse(asksTheEngine('a resource that exists already'), answer);
    },
    invoke(request: Protocol.ResourceInvokeRequest, answer: sendUnaryData<never>) {
      refuse(asksTheEngine(request.getTok()), answer);
    },
    registerResourceOutputs(_request: unknown, answer: sendUnaryData<object>) {
      answer(null, {});
    },
    registerPackage(_request: unknown, answer: sendUnaryData<Protocol.RegisterPackageResponse>) {
      const response = new protocol.RegisterPackageResponse();
      response.setRef('rehearsal');
      answer(null, response);
    },
    signalAndWaitForShutdown(_request: unknown, answer: sendUnaryData<object>) {
      answer(null, {});
    },
    close() {
      // Nothing to close; the SDK calls it when it disconnects.
    },
  };
}

function asksTheEngine(what: string): TestbedError {
  return new TestbedError(
    'EngineFailed',
    text(
      `the plan cannot be judged: the program asks the engine for ${what} while it runs`,
      `계획을 판정할 수 없습니다. 프로그램이 실행 중에 엔진에 ${what}을(를) 요청합니다`,
    ),
  );
}

function tooMany(): TestbedError {
  return new TestbedError(
    'EngineFailed',
    text(
      `the plan cannot be judged: the program registers more than ${MAX_RESOURCES} resources`,
      `계획을 판정할 수 없습니다. 프로그램이 등록하는 리소스가 ${MAX_RESOURCES}개를 넘습니다`,
    ),
  );
}

function tooLong(): TestbedError {
  return new TestbedError(
    'EngineFailed',
    text(
      `the plan cannot be judged: the program did not end within ${REHEARSAL_MS / 1000} s`,
      `계획을 판정할 수 없습니다. 프로그램이 ${REHEARSAL_MS / 1000}초 안에 끝나지 않았습니다`,
    ),
  );
}
