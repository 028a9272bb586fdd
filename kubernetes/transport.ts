import { createSecureContext, type SecureContext } from 'node:tls';
import { Pool, type Dispatcher } from 'undici';
import { TestbedError, reasonOf, text } from '../errors';
import { addressForPeople, serverAddress } from './server-address';
import type { ClusterConnection } from './types';
import { unreachable, unreadable } from './unreachable';

const SOCKETS = 32;
const WATCH_SOCKETS = 256;
const CONNECT_MS = 5_000;
const HEADERS_MS = 60_000;
const LONGEST_ANSWER_MS = 180_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, already encoded. */
  readonly path: string;
  readonly accept: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Ends the pauses between two tries, never a try. */
  readonly patience?: AbortSignal | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface WireStream {
  readonly status: number;
  readonly headers: WireAnswer['headers'];
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Gives the socket up. */
  end(): void;
}

/** HTTP/1.1 over TLS to one API server; knows nothing of Kubernetes. Rejects with the bare network error, or with the signal's reason. */
export interface Transport {
  send(request: WireRequest): Promise<WireAnswer>;
  /** For watches, on sockets of their own; `silenceMs`: how long nothing may come before it counts as broken. */
  open(request: WireRequest, silenceMs: number): Promise<WireStream>;
  close(): Promise<void>;
}

/**
 * Keep-alive, at most 32 sockets; connect 5 s, headers 60 s, an answer of at most 64 MiB. The server is verified by the connection's CA
 * and by nothing else: neither the system's CAs nor environment variables can widen that.
 * Throws KubeconfigRefused when address, CA or credential can't be used.
 */
export function createTransport(connection: ClusterConnection): Transport {
  const address = addressOf(connection);
  const prefix = address.pathname.replace(/\/+$/, '');
  const authorization = connection.credential.kind === 'token' ? `Bearer ${connection.credential.token}` : undefined;
  const settings: Pool.Options = {
    connect: {
      secureContext: secureContextOf(connection),
      // Stated, because NODE_TLS_REJECT_UNAUTHORIZED would otherwise decide.
      rejectUnauthorized: true,
      timeout: CONNECT_MS,
      ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
    },
    allowH2: false,
    pipelining: 1,
    headersTimeout: HEADERS_MS,
    bodyTimeout: HEADERS_MS,
    keepAliveTimeout: 30_000,
  };
  const calls = new Pool(address.origin, { ...settings, connections: SOCKETS });
  const watches = new Pool(address.origin, { ...settings, connections: WATCH_SOCKETS });

  const optionsOf = (request: WireRequest): Dispatcher.RequestOptions => ({
    method: request.method,
    path: `${prefix}${request.path}`,
    headers: {
      accept: request.accept,
      'user-agent': 'testbed',
      ...(authorization === undefined ? {} : { authorization }),
      ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });

  return {
    async send(request) {
      const { statusCode, headers, body } = await calls.request(optionsOf(request));
      return { status: statusCode, headers, text: await bounded(connection.server, body) };
    },
    async open(request, silenceMs) {
      const { statusCode, headers, body } = await watches.request({ ...optionsOf(request), bodyTimeout: silenceMs });
      return {
        status: statusCode,
        headers,
        chunks: body,
        end: () => {
          // Ending early makes the stream report an abort; nobody listens any more.
          body.on('error', () => undefined);
          body.destroy();
        },
      };
    },
    async close() {
      await Promise.all([calls.close(), watches.destroy()]);
    },
  };
}

async function bounded(server: string, body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  const latest = Date.now() + LONGEST_ANSWER_MS;
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop destroys the stream and its socket.
    if (size > LARGEST_ANSWER)
      throw unreadable(server, 'AnswerTooLarge', text('its answer is larger than 64 MiB', '응답이 64 MiB보다 큽니다'));
    if (Date.now() > latest)
      throw unreadable(
        server,
        'AnswerTooSlow',
        text('its answer took longer than 180 s', '응답을 받는 데 180초를 넘겼습니다'),
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Where the API server is; throws KubeconfigRefused. */
export function addressOf({ server }: ClusterConnection): URL {
  const address = serverAddress(server);
  if (address !== undefined) return address;
  const shown = addressForPeople(server);
  throw new TestbedError(
    'KubeconfigRefused',
    text(
      `the server address ${shown} cannot be used; it must look like https://host:port`,
      `서버 주소 ${shown}을(를) 사용할 수 없습니다. https://호스트:포트 형식이어야 합니다`,
    ),
  );
}

/** Trusts the connection's CA and nothing else, and shows its certificate; throws KubeconfigRefused. */
export function secureContextOf({ server, caPem, credential }: ClusterConnection): SecureContext {
  // An empty CA would silently mean the system's CAs.
  if (!caPem.includes('-----BEGIN CERTIFICATE-----'))
    throw new TestbedError(
      'KubeconfigRefused',
      text(
        `the connection to ${server} has no CA certificate; add the PEM of the CA that signed the server's certificate`,
        `${server} 연결에 CA 인증서가 없습니다. 서버 인증서를 서명한 CA의 PEM을 추가하세요`,
      ),
    );
  try {
    return createSecureContext({
      ca: caPem,
      minVersion: 'TLSv1.2',
      ...(credential.kind === 'certificate' ? { cert: credential.certPem, key: credential.keyPem } : {}),
    });
  } catch (cause) {
    throw new TestbedError(
      'KubeconfigRefused',
      text(
        `the CA, the client certificate or its key for ${server} cannot be used: ${reasonOf(cause)}`,
        `${server}의 CA, 클라이언트 인증서 또는 개인 키를 사용할 수 없습니다: ${reasonOf(cause)}`,
      ),
      { cause },
    );
  }
}

/** What a failed send means: the caller's abort as it is, our own errors as they are, all else as an unreachable server. */
export function asFailure(server: string, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  return error instanceof TestbedError ? error : unreachable(server, error);
}
