import { randomBytes } from 'node:crypto';
import * as grpc from '@grpc/grpc-js';
import * as provider from '@pulumi/pulumi/proto/provider_pb';
import { ResourceProviderClient, ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb';
import { Status } from '@pulumi/pulumi/proto/status_pb';
import type { ServiceError } from '@grpc/grpc-js';
import { decodeProviderError } from '../../../../engine/provider-errors';
import { providerService, type ProviderContext } from '../../../../engine/provider';
import { readStruct, writeStruct, type Properties } from '../../../../engine/provider/wire';
import type { TestbedError } from '../../../../errors';
import { createClient } from '../../../../kubernetes/client';
import type { JsonObject, KubernetesClient } from '../../../../kubernetes/types';
import { testSurroundings } from '../../../support/cluster';

/** What the engine keeps of a resource between two calls. */
export interface Kept {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly state: Properties;
}

export interface Difference {
  readonly changes: 'NONE' | 'SOME' | 'UNKNOWN';
  readonly paths: Readonly<Record<string, string>>;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** A call that failed, as the engine would see it. */
export class CallFailed extends Error {
  constructor(
    readonly error: TestbedError | undefined,
    readonly code: number,
    override readonly message: string,
    readonly partly: provider.ErrorResourceInitFailed | undefined,
  ) {
    super(message);
  }
}

const KINDS = ['ADD', 'ADD_REPLACE', 'DELETE', 'DELETE_REPLACE', 'UPDATE', 'UPDATE_REPLACE'] as const;
const CHANGES = ['UNKNOWN', 'NONE', 'SOME'] as const;

/**
 * The provider behind a real gRPC server and client on loopback, called in the engine's order (check, diff, create ...). It plays
 * the engine's part of the conversation; what the real engine makes of the answers is shown by pulumi.test.ts.
 */
export class ServedProvider {
  readonly stack: string;
  readonly statuses: string[] = [];
  readonly #server: grpc.Server;
  readonly rpc: ResourceProviderClient;

  private constructor(server: grpc.Server, port: number, stack: string, statuses: string[]) {
    this.#server = server;
    this.rpc = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    this.stack = stack;
    this.statuses = statuses;
  }

  static async start(client: KubernetesClient, options: Partial<ProviderContext> = {}): Promise<ServedProvider> {
    const served = await ServedProvider.startUnconfigured(client, options);
    await served.configure();
    return served;
  }

  static async startUnconfigured(
    client: KubernetesClient,
    options: Partial<ProviderContext> = {},
  ): Promise<ServedProvider> {
    const statuses: string[] = [];
    const stack = options.stack ?? randomName('tb');
    const server = new grpc.Server();
    server.addService(
      ResourceProviderService,
      providerService({
        client,
        stack,
        readinessTimeoutSeconds: 20,
        onStatus: (_, message) => statuses.push(message.en),
        signal: new AbortController().signal,
        ...options,
      }),
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return new ServedProvider(server, port, stack, statuses);
  }

  async configure(): Promise<void> {
    const request = new provider.ConfigureRequest();
    request.setArgs(writeStruct(properties({})));
    await call((done) => this.rpc.configure(request, done));
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:${this.stack}::testbed::${type}::${name}`;
  }

  async check(urn: string, news: JsonObject | Properties, olds?: Properties): Promise<provider.CheckResponse> {
    const request = new provider.CheckRequest();
    request.setUrn(urn);
    request.setNews(writeStruct(properties(news)));
    if (olds !== undefined) request.setOlds(writeStruct(olds));
    request.setRandomseed(new Uint8Array(32).fill(7));
    return call((answer) => this.rpc.check(request, answer));
  }

  /** Checked inputs; throws with the failures when there are some. */
  async checked(urn: string, news: JsonObject | Properties, olds?: Properties): Promise<Properties> {
    const answer = await this.check(urn, news, olds);
    const failures = answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    if (failures.length > 0) throw new Error(failures.join('; '));
    return readStruct(answer.getInputs());
  }

  async create(
    type: string,
    name: string,
    news: JsonObject | Properties,
    options: { readonly preview?: boolean; readonly timeoutSeconds?: number } = {},
  ): Promise<Kept> {
    const urn = this.urn(type, name);
    return this.created({ urn, inputs: await this.checked(urn, news) }, options);
  }

  /** Of inputs that were checked. */
  async created(
    { urn, inputs }: Pick<Kept, 'urn' | 'inputs'>,
    options: { readonly preview?: boolean; readonly timeoutSeconds?: number } = {},
  ): Promise<Kept> {
    const request = new provider.CreateRequest();
    request.setUrn(urn);
    request.setProperties(writeStruct(inputs));
    request.setPreview(options.preview === true);
    request.setTimeout(options.timeoutSeconds ?? 0);
    const answer = await call<provider.CreateResponse>((done) => this.rpc.create(request, done));
    return { urn, id: answer.getId(), inputs, state: readStruct(answer.getProperties()) };
  }

  async diff(kept: Kept, news: JsonObject | Properties, ignoreChanges: string[] = []): Promise<Difference> {
    const inputs = await this.checked(kept.urn, news, kept.inputs);
    const request = new provider.DiffRequest();
    request.setUrn(kept.urn);
    request.setId(kept.id);
    request.setOlds(writeStruct(kept.state));
    request.setOldInputs(writeStruct(kept.inputs));
    request.setNews(writeStruct(inputs));
    request.setIgnorechangesList(ignoreChanges);
    const answer = await call<provider.DiffResponse>((done) => this.rpc.diff(request, done));
    const paths: Record<string, string> = {};
    answer.getDetaileddiffMap().forEach((difference, path) => {
      paths[path] = KINDS[difference.getKind()] ?? 'none';
    });
    return {
      changes: CHANGES[answer.getChanges()],
      paths,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async update(kept: Kept, news: JsonObject | Properties, options: { readonly preview?: boolean } = {}): Promise<Kept> {
    const inputs = await this.checked(kept.urn, news, kept.inputs);
    const request = new provider.UpdateRequest();
    request.setUrn(kept.urn);
    request.setId(kept.id);
    request.setOlds(writeStruct(kept.state));
    request.setOldInputs(writeStruct(kept.inputs));
    request.setNews(writeStruct(inputs));
    request.setPreview(options.preview === true);
    const answer = await call<provider.UpdateResponse>((done) => this.rpc.update(request, done));
    return { ...kept, inputs, state: readStruct(answer.getProperties()) };
  }

  /** As refresh does it; undefined when the object is gone. */
  async read(kept: { readonly urn: string; readonly id: string } & Partial<Kept>): Promise<Kept | undefined> {
    const request = new provider.ReadRequest();
    request.setUrn(kept.urn);
    request.setId(kept.id);
    if (kept.state !== undefined) request.setProperties(writeStruct(kept.state));
    if (kept.inputs !== undefined) request.setInputs(writeStruct(kept.inputs));
    const answer = await call<provider.ReadResponse>((done) => this.rpc.read(request, done));
    if (answer.getId() === '') return undefined;
    return {
      urn: kept.urn,
      id: answer.getId(),
      inputs: readStruct(answer.getInputs()),
      state: readStruct(answer.getProperties()),
    };
  }

  async delete(kept: Kept): Promise<void> {
    const request = new provider.DeleteRequest();
    request.setUrn(kept.urn);
    request.setId(kept.id);
    request.setProperties(writeStruct(kept.state));
    request.setOldInputs(writeStruct(kept.inputs));
    await call((done) => this.rpc.delete(request, done));
  }

  stop(): void {
    this.rpc.close();
    this.#server.forceShutdown();
  }
}

export function call<Answer>(
  send: (done: (error: ServiceError | null, answer: Answer) => void) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send((error, answer) => {
      if (error === null) resolve(answer);
      else reject(failed(error));
    });
  });
}

function failed(error: ServiceError): CallFailed {
  const [details] = error.metadata.get('grpc-status-details-bin');
  const packed = Buffer.isBuffer(details) ? Status.deserializeBinary(details).getDetailsList()[0] : undefined;
  const partly =
    packed?.getTypeName() === 'pulumirpc.ErrorResourceInitFailed'
      ? provider.ErrorResourceInitFailed.deserializeBinary(packed.getValue_asU8())
      : undefined;
  return new CallFailed(decodeProviderError(error.details), error.code, error.details, partly);
}

/** The failure of a call that has to fail. */
export async function failureOf(work: Promise<unknown>): Promise<CallFailed> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CallFailed) return error;
    throw error;
  }
  throw new Error('the call was expected to fail');
}

export function properties(given: JsonObject | Properties): Properties {
  return isProperties(given) ? given : { value: given, secrets: [] };
}

function isProperties(given: JsonObject | Properties): given is Properties {
  return 'secrets' in given && 'value' in given && Array.isArray(given['secrets']);
}

export function randomName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}

export function adminClient(): KubernetesClient {
  return createClient(testSurroundings().connection);
}
