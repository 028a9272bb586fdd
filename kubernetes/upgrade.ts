import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { text, type Text } from '../errors';
import { callSubject } from './caller';
import { failureOf, refused } from './failures';
import { UnsafeJson, parseJson } from './json';
import { addressOf, asFailure, secureContextOf } from './transport';
import type { ClusterConnection } from './types';
import { expiredCredential, unreadable } from './unreachable';
import type { CallVerb } from './wording';

/** Given out by RFC 6455 for every server's answer. */
const ACCEPTS_AS = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONNECT_MS = 5_000;
const ANSWER_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
const LARGEST_REFUSAL = 64 * 1024;

export interface UpgradeCall {
  readonly verb: CallVerb;
  readonly target: Text;
  /** Path and query, already encoded. */
  readonly path: string;
  /** Sub-protocols that are offered; the server must choose one of them. */
  readonly protocols: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface Upgraded {
  readonly socket: Socket;
  /** What came with the answer already. */
  readonly head: Buffer;
  readonly protocol: string;
}

/**
 * Asks the API server to turn one connection of its own into a WebSocket; TLS and credential as everywhere (transport.ts). It has a minute.
 * Throws KubernetesRefused with the server's own words, KubernetesUnreachable, CertificateExpired, or the signal's reason.
 */
export async function upgrade(connection: ClusterConnection, call: UpgradeCall): Promise<Upgraded> {
  const { server, credential } = connection;
  const address = addressOf(connection);
  const key = randomBytes(16).toString('base64');
  const { signal } = call;
  signal?.throwIfAborted();
  const own = connected(connection, address);
  const answer = await new Promise<Answer>((resolve, reject) => {
    const asked = request({
      host: address.hostname,
      port: portOf(address),
      path: `${address.pathname.replace(/\/+$/, '')}${call.path}`,
      method: 'GET',
      headers: {
        'user-agent': 'testbed',
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': key,
        'sec-websocket-version': '13',
        'sec-websocket-protocol': call.protocols.join(', '),
        ...(credential.kind === 'token' ? { authorization: `Bearer ${credential.token}` } : {}),
      },
      createConnection: () => own,
      ...(signal === undefined ? {} : { signal }),
    });
    asked.setTimeout(ANSWER_MS, () => asked.destroy(timedOut('UND_ERR_HEADERS_TIMEOUT')));
    asked.once('upgrade', (response, socket, head) => resolve({ response, upgraded: { socket, head } }));
    asked.once('response', (response) => {
      firstOf(response).then((words) => resolve({ response, words }), reject);
    });
    asked.once('error', reject);
    asked.end();
  }).catch((error: unknown) => {
    own.destroy();
    throw asFailure(server, error, signal);
  });
  if (answer.upgraded === undefined) {
    // Nobody keeps it for another call.
    own.destroy();
    throw refusal(connection, call, answer.response, answer.words ?? '');
  }
  const { socket, head } = answer.upgraded;
  const { headers } = answer.response;
  const protocol = headers['sec-websocket-protocol'];
  const accepted = createHash('sha1').update(`${key}${ACCEPTS_AS}`).digest('base64');
  if (headers['sec-websocket-accept'] !== accepted || protocol === undefined || !call.protocols.includes(protocol)) {
    socket.destroy();
    throw unreadable(
      server,
      'ProtocolUnknown',
      text(
        `it speaks none of ${call.protocols.join(', ')}; Kubernetes 1.31 or newer is needed`,
        `${call.protocols.join(', ')} 프로토콜을 지원하지 않습니다. Kubernetes 1.31 이상이 필요합니다`,
      ),
    );
  }
  socket.setTimeout(0);
  socket.setNoDelay(true);
  // A peer that vanished is found by the system: a question of ours would wait behind whatever the pod does not read.
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return { socket, head, protocol };
}

function connected(connection: ClusterConnection, address: URL): Socket {
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const servername = connection.tlsServerName ?? (isIP(host) === 0 ? host : undefined);
  const socket = connect({
    host,
    port: portOf(address),
    secureContext: secureContextOf(connection),
    // Stated, because NODE_TLS_REJECT_UNAUTHORIZED would otherwise decide.
    rejectUnauthorized: true,
    ...(servername === undefined ? {} : { servername }),
  });
  const timer = setTimeout(() => socket.destroy(timedOut('UND_ERR_CONNECT_TIMEOUT')), CONNECT_MS);
  socket.once('secureConnect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  return socket;
}

function portOf(address: URL): number {
  return address.port === '' ? 443 : Number(address.port);
}

/** With the code by which unreachable.ts knows it. */
function timedOut(code: string): Error {
  return Object.assign(new Error('it took too long'), { code });
}

interface Answer {
  readonly response: IncomingMessage;
  readonly upgraded?: { readonly socket: Socket; readonly head: Buffer };
  readonly words?: string;
}

function refusal(
  connection: ClusterConnection,
  { verb, target }: UpgradeCall,
  { statusCode = 0 }: IncomingMessage,
  words: string,
): Error {
  const expired = statusCode === 401 ? expiredCredential(connection, new Date()) : undefined;
  if (expired !== undefined) return expired;
  const subject = callSubject(connection, { verb, target });
  return refused(subject, failureOf(statusCode, readable(words), undefined, subject));
}

/** The API server answers with a Status; a kubelet behind it with plain words. */
function readable(words: string): unknown {
  try {
    return parseJson(words);
  } catch (error) {
    if (error instanceof UnsafeJson) return words;
    throw error;
  }
}

async function firstOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST_REFUSAL) break;
  }
  response.destroy();
  return Buffer.concat(chunks).toString('utf8');
}
