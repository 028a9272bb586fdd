import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { AnalyzerClient } from '@pulumi/pulumi/proto/analyzer_grpc_pb';
import {
  AnalyzeRequest,
  AnalyzerHandshakeRequest,
  AnalyzerProviderResource,
  AnalyzerResource,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
  type AnalyzeResponse,
  type AnalyzerInfo,
} from '@pulumi/pulumi/proto/analyzer_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct, type JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb';
import { PACK_FILE } from './foreign-program';

/** What the tests send for a resource. */
export interface Sent {
  readonly type: string;
  readonly name?: string;
  /** Name of its provider; null: none, as components and providers have. Default a provider of the program. */
  readonly provider?: string | null;
  readonly properties: unknown;
}

export interface Found {
  readonly rule: string;
  readonly level: 'mandatory' | 'advisory' | 'other';
  readonly message: string;
  readonly urn: string;
}

export interface Told {
  readonly found: readonly Found[];
  readonly notApplicable: readonly string[];
}

/** The real pack as a process of its own, asked as the CLI asks it. */
export interface RunningPack extends AsyncDisposable {
  readonly port: number;
  /** Exit code of its process. */
  readonly ended: Promise<number | null>;
  readonly info: () => Promise<AnalyzerInfo>;
  readonly configure: (
    given: Readonly<Record<string, { level: EnforcementLevel; properties?: unknown }>>,
  ) => Promise<void>;
  readonly analyze: (sent: Sent) => Promise<Told>;
  readonly analyzeStack: (sent: readonly Sent[]) => Promise<Told>;
}

export async function startPack(command: readonly string[] = [PACK_FILE, '127.0.0.1:1']): Promise<RunningPack> {
  const [file = '', ...words] = command;
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
  const port = Number(line);
  const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const ask = <Answer>(call: (answer: (error: ServiceError | null, value: Answer) => void) => void): Promise<Answer> =>
    new Promise((resolve, reject) => call((error, value) => (error === null ? resolve(value) : reject(error))));
  const handshake = new AnalyzerHandshakeRequest();
  handshake.setEngineAddress('127.0.0.1:1');
  await ask((answer) => client.handshake(handshake, answer));
  return {
    port,
    ended,
    info: () => ask((answer) => client.getAnalyzerInfo(new Empty(), answer)),
    async configure(given) {
      const request = new ConfigureAnalyzerRequest();
      for (const [id, { level, properties = {} }] of Object.entries(given)) {
        const config = new PolicyConfig();
        config.setEnforcementlevel(level);
        config.setProperties(structOf(properties));
        request.getPolicyconfigMap().set(id, config);
      }
      await ask((answer) => client.configure(request, answer));
    },
    analyze: async (sent) => toldOf(await ask((answer) => client.analyze(filled(new AnalyzeRequest(), sent), answer))),
    async analyzeStack(sent) {
      const request = new AnalyzeStackRequest();
      request.setResourcesList(sent.map((one) => filled(new AnalyzerResource(), one)));
      return toldOf(await ask((answer) => client.analyzeStack(request, answer)));
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await ended;
    },
  };
}

/** Whether something that connects is let in: a byte comes back, or no connection or nothing but its end. */
export async function isAdmitted(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export function urnOf({ type, name = 'it' }: Sent): string {
  return `urn:pulumi:test::foreign::${type}::${name}`;
}

function filled<Message extends AnalyzeRequest | AnalyzerResource>(message: Message, sent: Sent): Message {
  const { type, name = 'it', provider = 'of-the-program', properties } = sent;
  message.setType(type);
  message.setName(name);
  message.setUrn(urnOf(sent));
  message.setProperties(structOf(properties));
  if (provider !== null) {
    const [pkg = ''] = type.split(':');
    const resource = new AnalyzerProviderResource();
    resource.setType(`pulumi:providers:${pkg}`);
    resource.setName(provider);
    resource.setUrn(`urn:pulumi:test::foreign::pulumi:providers:${pkg}::${provider}`);
    message.setProvider(resource);
  }
  return message;
}

// What JSON can hold is what a Struct can hold.
function structOf(value: unknown): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as { [key: string]: JavaScriptValue });
}

function toldOf(response: AnalyzeResponse): Told {
  return {
    found: response.getDiagnosticsList().map((one) => ({
      rule: one.getPolicyname(),
      level: LEVELS.get(one.getEnforcementlevel()) ?? 'other',
      message: one.getMessage(),
      urn: one.getUrn(),
    })),
    notApplicable: response.getNotApplicableList().map((one) => one.getPolicyName()),
  };
}

const LEVELS: ReadonlyMap<EnforcementLevel, 'mandatory' | 'advisory'> = new Map([
  [EnforcementLevel.MANDATORY, 'mandatory'],
  [EnforcementLevel.ADVISORY, 'advisory'],
]);
