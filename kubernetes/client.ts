import { FIELD_MANAGER } from '../components/vocabulary';
import { text, verbatim, type Text } from '../errors';
import { collectionPath, objectPath, query } from './addresses';
import { createCaller, type Call, type Caller } from './caller';
import { createDiscovery, type Discovery } from './discovery';
import { KubernetesCallError, failedWith } from './failures';
import { fieldsAt, isFields, listAt, stringAt } from './json';
import { isKubernetesObject, referenceOf, secretValues } from './objects';
import type { Safety } from './retries';
import type { WireRequest, WireStream } from './transport';
import type {
  ApiResource,
  ClusterConnection,
  JsonValue,
  KubernetesClient,
  KubernetesObject,
  ListOptions,
  ObjectReference,
  WatchEvent,
  WriteOptions,
} from './types';
import { unreadable } from './unreachable';
import { watchEvents } from './watch';
import { nameOf, namesOfAll, type CallVerb } from './wording';

const JSON_TYPE = 'application/json';
const APPLY_TYPE = 'application/apply-patch+yaml';
const MERGE_TYPE = 'application/merge-patch+json';
const PAGE = 500;
const WATCH_SECONDS = 300;

/**
 * A client of one API server. Connects on the first call; `close` it when done. Errors are KubernetesCallError (see failures.ts), but for an
 * aborted signal, whose reason is thrown as it is.
 * Sent again, at most 4 times within 10 s: reads, applies, deletes of one uid and dry runs after a broken connection, 429 or 503; a create after 429 only.
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
  return new Client(connection, caller, discovery);
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
  readonly #discovery: Discovery;

  constructor(connection: ClusterConnection, caller: Caller, discovery: Discovery) {
    this.connection = connection;
    this.#caller = caller;
    this.#discovery = discovery;
  }

  takeWarnings(): string[] {
    return this.#caller.takeWarnings();
  }

  async get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    const target = nameOf(reference);
    const path = await this.#objectPath('get', reference);
    try {
      const request: WireRequest = { method: 'GET', path, accept: JSON_TYPE, signal };
      return this.#object(await this.#caller.call({ verb: 'get', target, safety: 'read', request }));
    } catch (error) {
      if (failedWith(error)?.status === 404) return undefined;
      throw error;
    }
  }

  async *list(apiVersion: string, kind: string, options: ListOptions = {}): AsyncGenerator<KubernetesObject> {
    const target = namesOfAll(kind, options.namespace);
    const path = await this.#collectionPath('list', apiVersion, kind, options.namespace);
    const accept =
      options.metadataOnly === true
        ? `application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${JSON_TYPE}`
        : JSON_TYPE;
    let next: string | undefined;
    do {
      const parameters = {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: options.limit ?? PAGE,
        continue: next,
      };
      const request: WireRequest = {
        method: 'GET',
        path: `${path}${query(parameters)}`,
        accept,
        signal: options.signal,
      };
      const { body } = await this.#caller.call({ verb: 'list', target, safety: 'read', request });
      for (const item of listAt(body, 'items')) {
        // Items of a list bear no kind of their own.
        const object: unknown = { ...item, apiVersion, kind };
        if (isKubernetesObject(object)) yield object;
      }
      const following = stringAt(fieldsAt(body, 'metadata'), 'continue');
      next = following === '' || following === next ? undefined : following;
    } while (next !== undefined);
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

  apply(
    object: KubernetesObject,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<KubernetesObject> {
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

  async delete(
    reference: ObjectReference,
    options: {
      readonly uid?: string;
      readonly propagation?: string;
      readonly gracePeriodSeconds?: number;
      readonly dryRun?: boolean;
      readonly signal?: AbortSignal;
    } = {},
  ): Promise<'gone' | 'accepted'> {
    const path = await this.#objectPath('delete', reference);
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: options.propagation,
      gracePeriodSeconds: options.gracePeriodSeconds,
      preconditions: options.uid === undefined ? undefined : { uid: options.uid },
      dryRun: options.dryRun === true ? ['All'] : undefined,
    });
    const request: WireRequest = {
      method: 'DELETE',
      path,
      accept: JSON_TYPE,
      contentType: JSON_TYPE,
      body,
      signal: options.signal,
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

  async *watch(
    apiVersion: string,
    kind: string,
    options: ListOptions & { readonly resourceVersion?: string; readonly timeoutSeconds?: number },
  ): AsyncGenerator<WatchEvent> {
    const { signal } = options;
    if (isAborted(signal)) return;
    const path = await this.#collectionPath('watch', apiVersion, kind, options.namespace);
    const timeoutSeconds = options.timeoutSeconds ?? WATCH_SECONDS;
    const parameters = {
      watch: true,
      allowWatchBookmarks: true,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      resourceVersion: options.resourceVersion,
      timeoutSeconds,
    };
    const call: Call = {
      verb: 'watch',
      target: namesOfAll(kind, options.namespace),
      safety: 'never',
      request: { method: 'GET', path: `${path}${query(parameters)}`, accept: JSON_TYPE, signal },
    };
    let stream: WireStream | undefined;
    try {
      stream = await this.#caller.stream(call, (timeoutSeconds + 30) * 1000);
      for await (const event of watchEvents(this.connection.server, stream.chunks)) {
        if (event.type === 'ERROR') throw this.#caller.refusal(call, event.status);
        yield event;
      }
    } catch (error) {
      // The reader asked for the end.
      if (isAborted(signal)) return;
      throw this.#caller.broken(error, undefined);
    } finally {
      stream?.end();
    }
  }

  async resource(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const target = text(`the kind ${kind} of ${apiVersion}`, `${apiVersion}의 ${kind} 종류`);
    return this.#addressed('discover', target, () => this.#discovery.resource(apiVersion, kind));
  }

  resources(): Promise<readonly ApiResource[]> {
    return this.#discovery.resources();
  }

  raw(
    method: WireRequest['method'],
    path: string,
    options: { body?: JsonValue; contentType?: string; accept?: string; signal?: AbortSignal } = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const { body, contentType, accept, signal } = options;
    const request: WireRequest = {
      method,
      path,
      accept: accept ?? JSON_TYPE,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: contentType ?? JSON_TYPE }),
    };
    const target = text(`${method} ${path}`, `${method} ${path}`);
    return this.#caller.call({ verb: 'call', target, safety: method === 'GET' ? 'read' : 'never', request });
  }

  close(): Promise<void> {
    return this.#caller.close();
  }

  async #write(write: Write): Promise<KubernetesObject> {
    const { verb, method, reference, body, contentType, safety, options, force, subresource } = write;
    const path =
      method === 'POST'
        ? await this.#collectionPath(verb, reference.apiVersion, reference.kind, reference.namespace)
        : await this.#objectPath(verb, reference);
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

  async #objectPath(verb: CallVerb, reference: ObjectReference): Promise<string> {
    const target = nameOf(reference);
    return this.#addressed(verb, target, async () => {
      const resource = await this.#served(reference.apiVersion, reference.kind, target, verb);
      return objectPath(resource, reference.name, reference.namespace);
    });
  }

  async #collectionPath(
    verb: CallVerb,
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
  ): Promise<string> {
    const target = namesOfAll(kind, namespace);
    return this.#addressed(verb, target, async () => {
      const resource = await this.#served(apiVersion, kind, target, verb);
      const needsNamespace = verb === 'create' && resource.namespaced && namespace === undefined;
      // An empty namespace is refused with the words of a missing one.
      return needsNamespace ? objectPath(resource, kind, undefined) : collectionPath(resource, namespace);
    });
  }

  async #served(apiVersion: string, kind: string, target: Text, verb: CallVerb): Promise<ApiResource> {
    const resource = await this.#discovery.resource(apiVersion, kind);
    if (resource !== undefined) return resource;
    const words = text(
      `the API server ${this.connection.server} has no kind ${kind} in ${apiVersion}: cannot ${verb} ${target.en}; check apiVersion and kind, or install what defines the kind`,
      `API 서버 ${this.connection.server}에 ${apiVersion}의 ${kind} 종류가 없어 ${target.ko}을(를) 처리할 수 없습니다. apiVersion과 kind를 확인하거나 해당 종류를 정의하는 구성 요소를 설치하세요`,
    );
    throw new KubernetesCallError('KubernetesRefused', words, {
      status: 404,
      reason: 'KindUnknown',
      message: verbatim(`no kind ${kind} in ${apiVersion}`).en,
      causes: [],
    });
  }

  async #addressed<T>(verb: CallVerb, target: Text, address: () => Promise<T>): Promise<T> {
    try {
      return await address();
    } catch (error) {
      throw this.#caller.wrong(verb, target, error);
    }
  }
}

/** A function, because the compiler takes a property to keep the value it once compared. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
