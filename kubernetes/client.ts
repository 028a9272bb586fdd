import { FIELD_MANAGER } from '../components/vocabulary';
import { text } from '../errors';
import { query } from './addresses';
import { createAddressing, type Addressing } from './addressing';
import { createCaller, type Caller } from './caller';
import { createDiscovery } from './discovery';
import { failedWith } from './failures';
import { isFields, stringAt } from './json';
import { isKubernetesObject, referenceOf, secretValues } from './objects';
import { listObjects } from './pages';
import type { Safety } from './retries';
import type { WireRequest } from './transport';
import type {
  ApiResource,
  ApplyOptions,
  ClusterConnection,
  DeleteOptions,
  JsonValue,
  KubernetesClient,
  KubernetesObject,
  ListOptions,
  ObjectReference,
  WatchEvent,
  WriteOptions,
} from './types';
import { unreadable } from './unreachable';
import { watchObjects, type WatchOptions } from './watch';
import { nameOf, type CallVerb } from './wording';

const JSON_TYPE = 'application/json';
const APPLY_TYPE = 'application/apply-patch+yaml';
const MERGE_TYPE = 'application/merge-patch+json';

/**
 * A client of one API server. Connects on the first call; `close` it when done. Errors are KubernetesCallError (see failures.ts), but for an
 * aborted signal, whose reason is thrown as it is.
 * Sent again, at most 4 times within 10 s: reads, applies, deletes of one uid and dry runs after a broken connection, 429, 500, 502, 503 or 504; a create after 429 only. What a server
 * that is not ready refuses is sent again within these 10 s as well; then it counts as unreachable.
 * Throws KubeconfigRefused when address, CA or credential can't be used.
 */
export function createClient(connection: ClusterConnection): KubernetesClient {
  const caller = createCaller(connection);
  const discovery = createDiscovery(async (path, accept = JSON_TYPE) => {
    const request: WireRequest = { method: 'GET', path, accept };
    try {
      const target = text(`the kinds of ${path}`, `${path}의 종류`);
      return (await caller.call({ verb: 'discover', target, safety: 'read', request })).body;
    } catch (error) {
      if (failedWith(error)?.status === 404) return undefined;
      throw error;
    }
  });
  return new Client(connection, caller, createAddressing(connection.server, caller, discovery));
}

interface Write {
  readonly verb: CallVerb;
  readonly method: WireRequest['method'];
  readonly reference: ObjectReference;
  readonly body: unknown;
  readonly contentType: string;
  readonly safety: Safety;
  readonly options: WriteOptions;
  readonly force?: boolean;
  readonly subresource?: string | undefined;
}

class Client implements KubernetesClient {
  readonly connection: ClusterConnection;
  readonly #caller: Caller;
  readonly #addressing: Addressing;

  constructor(connection: ClusterConnection, caller: Caller, addressing: Addressing) {
    this.connection = connection;
    this.#caller = caller;
    this.#addressing = addressing;
  }

  takeWarnings(): string[] {
    return this.#caller.takeWarnings();
  }

  async get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    const target = nameOf(reference);
    const path = await this.#addressing.objectPath('get', reference);
    try {
      const request: WireRequest = { method: 'GET', path, accept: JSON_TYPE, signal };
      return this.#object(await this.#caller.call({ verb: 'get', target, safety: 'read', request }));
    } catch (error) {
      if (failedWith(error)?.status === 404) return undefined;
      throw error;
    }
  }

  async *list(apiVersion: string, kind: string, options: ListOptions = {}): AsyncGenerator<KubernetesObject> {
    const path = await this.#addressing.collectionPath('list', apiVersion, kind, options.namespace);
    yield* listObjects(this.#caller, path, { apiVersion, kind }, options);
  }

  create(object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    const safety = options.dryRun === true ? 'idempotent' : 'once';
    const reference = referenceOf(object);
    return this.#write({
      verb: 'create',
      method: 'POST',
      reference,
      body: object,
      contentType: JSON_TYPE,
      safety,
      options,
    });
  }

  apply(object: KubernetesObject, options: ApplyOptions = {}): Promise<KubernetesObject> {
    return this.#write({
      verb: 'apply',
      method: 'PATCH',
      reference: referenceOf(object),
      body: object,
      contentType: APPLY_TYPE,
      safety: 'idempotent',
      options,
      force: options.force === true,
    });
  }

  mergePatch(
    reference: ObjectReference,
    patch: JsonValue,
    options: WriteOptions & { readonly subresource?: string } = {},
  ): Promise<KubernetesObject> {
    return this.#write({
      verb: 'patch',
      method: 'PATCH',
      reference,
      body: patch,
      contentType: MERGE_TYPE,
      safety: options.dryRun === true ? 'idempotent' : 'once',
      options,
      subresource: options.subresource,
    });
  }

  async delete(reference: ObjectReference, options: DeleteOptions = {}): Promise<'gone' | 'accepted'> {
    const path = await this.#addressing.objectPath('delete', reference);
    const request: WireRequest = {
      method: 'DELETE',
      path,
      accept: JSON_TYPE,
      contentType: JSON_TYPE,
      body: deleteBody(options),
      signal: options.signal,
      patience: options.patience,
    };
    const safety = options.uid !== undefined || options.dryRun === true ? 'idempotent' : 'once';
    try {
      await this.#caller.call({ verb: 'delete', target: nameOf(reference), safety, request });
      return 'accepted';
    } catch (error) {
      if (failedWith(error)?.status === 404) return 'gone';
      throw error;
    }
  }

  async *watch(apiVersion: string, kind: string, options: WatchOptions): AsyncGenerator<WatchEvent> {
    if (options.signal?.aborted === true) return;
    const path = await this.#addressing.collectionPath('watch', apiVersion, kind, options.namespace);
    yield* watchObjects(this.#caller, this.connection.server, path, kind, options);
  }

  resource(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    return this.#addressing.resource(apiVersion, kind);
  }

  resources(): Promise<readonly ApiResource[]> {
    return this.#addressing.resources();
  }

  raw(
    method: WireRequest['method'],
    path: string,
    options: {
      body?: JsonValue;
      contentType?: string;
      accept?: string;
      isRepeatable?: boolean;
      signal?: AbortSignal;
    } = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const { body, contentType, accept, isRepeatable = method === 'GET', signal } = options;
    const request: WireRequest = {
      method,
      path,
      accept: accept ?? JSON_TYPE,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: contentType ?? JSON_TYPE }),
    };
    const target = text(`${method} ${path}`, `${method} ${path}`);
    return this.#caller.call({ verb: 'call', target, safety: safetyOf(method, isRepeatable), request });
  }

  close(): Promise<void> {
    return this.#caller.close();
  }

  async #write(write: Write): Promise<KubernetesObject> {
    const { verb, method, reference, body, contentType, safety, options, force, subresource } = write;
    const path =
      method === 'POST'
        ? await this.#addressing.collectionPath(verb, reference.apiVersion, reference.kind, reference.namespace)
        : await this.#addressing.objectPath(verb, reference);
    const parameters = {
      fieldManager: options.fieldManager ?? FIELD_MANAGER,
      fieldValidation: options.fieldValidation ?? 'Strict',
      dryRun: options.dryRun === true ? 'All' : undefined,
      force,
    };
    const sub = subresource === undefined ? '' : `/${encodeURIComponent(subresource)}`;
    const request: WireRequest = {
      method,
      path: `${path}${sub}${query(parameters)}`,
      accept: JSON_TYPE,
      contentType,
      body: JSON.stringify(body),
      signal: options.signal,
      patience: options.patience,
    };
    const secret = reference.kind === 'Secret' ? { secret: true, hidden: secretValues(body) } : {};
    return this.#object(await this.#caller.call({ verb, target: nameOf(reference), safety, request, ...secret }));
  }

  #object({ body }: { readonly body: unknown }): KubernetesObject {
    if (isKubernetesObject(body)) return body;
    const what = isFields(body) ? (stringAt(body, 'kind') ?? 'something else') : 'something else';
    throw unreadable(
      this.connection.server,
      'AnswerUnreadable',
      text(`its answer is not an object but ${what}`, `응답이 객체가 아니라 ${what}입니다`),
    );
  }
}

function deleteBody(options: DeleteOptions): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: options.propagation,
    gracePeriodSeconds: options.gracePeriodSeconds,
    preconditions: options.uid === undefined ? undefined : { uid: options.uid },
    dryRun: options.dryRun === true ? ['All'] : undefined,
  });
}

function safetyOf(method: WireRequest['method'], isRepeatable: boolean): Safety {
  if (!isRepeatable) return 'never';
  return method === 'GET' ? 'read' : 'idempotent';
}
