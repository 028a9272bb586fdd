import type { TestbedError } from '../errors';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  finalizers?: string[];
}

/** Any object of the API. What is not named here is read through type guards, never cast. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** How to reach an API server and as whom. Secrets in here are never logged, put into argv or written to disk. */
export interface ClusterConnection {
  /** `https://127.0.0.1:36443` */
  readonly server: string;
  /** PEM of the CA that signed the server's certificate. */
  readonly caPem: string;
  readonly tlsServerName?: string;
  readonly credential:
    | { readonly kind: 'certificate'; readonly certPem: string; readonly keyPem: string }
    | { readonly kind: 'token'; readonly token: string };
}

/** One resource of discovery. */
export interface ApiResource {
  /** `v1`, `apps/v1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural: `pods` */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  /** Default FIELD_MANAGER of the vocabulary. */
  readonly fieldManager?: string;
  /** `Strict` (default) refuses unknown and duplicate fields. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly signal?: AbortSignal;
  /** Ends the pauses between two tries; a try under way is finished, so that what the server did is known. */
  readonly patience?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields from other managers. Default false: a conflict is an error that names manager and paths. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** As in WriteOptions. */
  readonly patience?: AbortSignal;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page; default 500. Pages are fetched as the iterable is read. */
  readonly limit?: number;
  /** Only metadata is asked for (PartialObjectMetadataList). */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubernetesObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** The error of every failed call; `status` 0 when no answer came. */
export interface ApiFailure {
  readonly status: number;
  /** Kubernetes' own reason: NotFound, AlreadyExists, Conflict, Invalid, Forbidden ... */
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly { readonly field: string; readonly reason: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
}

/** A small client over undici: keep-alive, bounded sockets, bounded answers, no retries of its own but for safe ones (see client.ts). */
export interface KubernetesClient {
  readonly connection: ClusterConnection;
  /** Warnings that the server sent with answers (admission warnings), drained by the reader. */
  takeWarnings(): string[];
  /** undefined when the object does not exist (404). */
  get(reference: ObjectReference, signal?: AbortSignal): Promise<KubernetesObject | undefined>;
  list(apiVersion: string, kind: string, options?: ListOptions): AsyncIterable<KubernetesObject>;
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** Server-side apply. */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<KubernetesObject>;
  /** JSON merge patch. */
  mergePatch(
    reference: ObjectReference,
    patch: JsonObject,
    options?: WriteOptions & { readonly subresource?: string },
  ): Promise<KubernetesObject>;
  /** `gone` when it did not exist, else `accepted`. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<'gone' | 'accepted'>;
  /** Starts at `resourceVersion` (from a list or an object); ends when the server or the signal ends it; 410 throws KubernetesRefused with reason Expired. */
  watch(
    apiVersion: string,
    kind: string,
    options: ListOptions & { readonly resourceVersion?: string; readonly timeoutSeconds?: number },
  ): AsyncIterable<WatchEvent>;
  /** Resolves a kind by discovery (cached a client); undefined when the server does not have it. */
  resource(apiVersion: string, kind: string): Promise<ApiResource | undefined>;
  /** Every resource of the server, preferred versions only. */
  resources(): Promise<readonly ApiResource[]>;
  /** A call for what the verbs above do not cover (token requests, pod logs, /readyz, /version). Path begins with `/`. Throws for an answer >= 300, as every verb does. */
  raw(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: {
      readonly body?: JsonValue;
      readonly contentType?: string;
      readonly accept?: string;
      /** Sending it twice does no more than once: it is sent again after a broken connection, overload and failures of the server. Default: only a GET is. */
      readonly isRepeatable?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
}

/** Thrown by every verb: KubernetesRefused (an answer >= 400), KubernetesUnreachable or CertificateExpired (none). */
export type KubernetesError = TestbedError & { readonly failure: ApiFailure };
