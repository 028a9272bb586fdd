import { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { text } from '../errors';
import { query } from './addresses';
import { KubernetesCallError } from './failures';
import { podPath } from './pod-path';
import { FRAME_TYPES, SpdyError, SpdyReader, StreamOpener, dataFrame, pongFrame, type SpdyFrame } from './spdy-frames';
import type { ClusterConnection } from './types';
import { unreadable } from './unreachable';
import { openWebSocket, type WebSocketLink } from './websocket';
import { nameOf, plainWords } from './wording';

const PROTOCOL = 'SPDY/3.1+portforward.k8s.io';
/** Streams of a client have odd numbers. */
const ERRORS = 1;
const DATA = 3;
const LARGEST_FRAME = 32 * 1024;
const LONGEST_WORDS = 4096;
const REPLIES_MS = 30_000;

export interface TunnelOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One connection to a port of a pod, through the API server and the node. Both directions close on their own, and each waits for its reader: at most
 * some 100 KiB are held. It is destroyed with an error (KubernetesCallError) when nothing listens there, the pod ends or the connection breaks.
 * Rejects with the API server's refusal, or the signal's reason.
 */
export async function openPortTunnel(connection: ClusterConnection, options: TunnelOptions): Promise<Duplex> {
  const { namespace, pod, port, signal } = options;
  const target = nameOf({ kind: 'Pod', name: pod, namespace });
  const link = await openWebSocket(connection, {
    verb: 'forward',
    target,
    // The port counts where it stands in the streams' headers; here admission and the audit log see it.
    path: `${podPath(namespace, pod)}/portforward${query({ ports: port })}`,
    protocols: [PROTOCOL],
    signal,
  });
  const tunnel = new Tunnel(link, connection, options);
  try {
    await tunnel.begin(signal);
    return tunnel;
  } catch (error) {
    tunnel.destroy();
    throw error;
  }
}

class Tunnel extends Duplex {
  readonly #link: WebSocketLink;
  readonly #connection: ClusterConnection;
  readonly #options: TunnelOptions;
  readonly #replied = new Set<number>();
  readonly #ended = new Set<number>();
  #words = '';
  #wanted: (() => void) | undefined;
  #onReplies: (() => void) | undefined;
  #began = false;
  #received = false;

  constructor(link: WebSocketLink, connection: ClusterConnection, options: TunnelOptions) {
    super({ readableHighWaterMark: LARGEST_FRAME, writableHighWaterMark: LARGEST_FRAME });
    this.#link = link;
    this.#connection = connection;
    this.#options = options;
  }

  /** Opens the two streams of the protocol and waits for both answers: what is sent before them would be dropped. */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    const headers = { port: String(this.#options.port), requestid: '0' };
    const opener = new StreamOpener();
    let finish = (): void => undefined;
    const replies = new Promise<void>((resolve, reject) => {
      const late = (): void => reject(this.#broken('it did not answer within 30 s', '30초 안에 응답하지 않았습니다'));
      const timer = setTimeout(late, REPLIES_MS);
      const abort = (): void => reject(asError(signal?.reason));
      signal?.addEventListener('abort', abort, { once: true });
      // Stays: an error must find a listener also before whoever uses the tunnel has come.
      this.on('error', reject);
      this.#onReplies = resolve;
      finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
    });
    try {
      void this.#receive();
      const opened = this.#link
        .send(opener.open(ERRORS, { ...headers, streamtype: 'error' }))
        .then(() => this.#link.send(opener.open(DATA, { ...headers, streamtype: 'data' })));
      await Promise.all([opened, replies]);
      this.#began = true;
    } finally {
      finish();
    }
  }

  override _read(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    callbackify(() => this.#send(chunk))(callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    // The node may have ended already; then nobody needs to hear it.
    callbackify(() => this.#link.send(dataFrame(DATA, Buffer.alloc(0), true)).catch(() => undefined))(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this._read();
    this.#link.close();
    callback(error);
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; at += LARGEST_FRAME)
      await this.#link.send(dataFrame(DATA, chunk.subarray(at, at + LARGEST_FRAME), false));
  }

  async #receive(): Promise<void> {
    const reader = new SpdyReader();
    try {
      for await (const message of this.#link.messages)
        for (const frame of reader.read(message)) {
          await this.#take(frame);
          if (this.destroyed) return;
        }
      this.#linkEnded(this.#broken('the connection ended', '연결이 끊어졌습니다'));
    } catch (error) {
      if (error instanceof SpdyError)
        this.destroy(
          unreadable(
            this.#connection.server,
            'AnswerUnreadable',
            text(
              `what it sent for a forwarded port cannot be read: ${error.message}`,
              `포트 포워딩 응답을 읽을 수 없습니다: ${error.message}`,
            ),
          ),
        );
      else this.#linkEnded(asError(error));
    }
  }

  /** After the end of the data nothing is missed. */
  #linkEnded(error: Error): void {
    if (!this.#ended.has(DATA)) this.destroy(error);
    else if (this.#words !== '') this.destroy(this.#failure());
    else if (!this.#ended.has(ERRORS)) this.#end(ERRORS);
  }

  async #take(frame: SpdyFrame): Promise<void> {
    if (frame.kind === 'control') return this.#control(frame.type, frame.payload);
    const { stream, payload, last } = frame;
    if (stream === ERRORS && this.#words.length < LONGEST_WORDS) this.#words += payload.toString('utf8');
    if (stream === DATA && payload.length > 0) this.#received = true;
    if (stream === DATA && payload.length > 0 && !this.#ended.has(DATA) && !this.push(payload))
      await new Promise<void>((resolve) => {
        this.#wanted = resolve;
        if (this.destroyed) resolve();
      });
    if (last) this.#end(stream);
  }

  async #control(type: number, payload: Buffer): Promise<void> {
    if (type === FRAME_TYPES.ping) return this.#link.send(pongFrame(payload));
    const stream = payload.length >= 4 ? payload.readUInt32BE(0) : 0;
    if (type === FRAME_TYPES.synReply) {
      this.#replied.add(stream);
      if (this.#replied.has(ERRORS) && this.#replied.has(DATA)) this.#onReplies?.();
    }
    if (type === FRAME_TYPES.rstStream && stream === ERRORS && this.#began) this.#end(ERRORS);
    else if (type === FRAME_TYPES.rstStream) this.destroy(this.#failure());
    if (type === FRAME_TYPES.goAway && !this.#ended.has(DATA)) this.destroy(this.#failure());
    return undefined;
  }

  #end(stream: number): void {
    this.#ended.add(stream);
    if (stream === ERRORS && this.#words !== '') this.destroy(this.#failure());
    // A node may end the data before it says that nothing listens there: the end of nothing at all waits for its words.
    if (this.#ended.has(DATA) && (this.#received || this.#ended.has(ERRORS))) this.push(null);
  }

  #failure(): Error {
    if (this.#words === '') return this.#broken('the pod or its node ended it', '파드 또는 노드가 연결을 끝냈습니다');
    const words = plainWords(this.#words);
    if (/connection refused/i.test(words))
      return this.#broken(
        `nothing listens on port ${this.#options.port} of it`,
        `포트 ${this.#options.port}에서 응답하는 프로그램이 없습니다`,
        'NothingListens',
      );
    return this.#broken(words, words);
  }

  #broken(en: string, ko: string, reason = 'ForwardEnded'): KubernetesCallError {
    const { namespace, pod } = this.#options;
    const target = nameOf({ kind: 'Pod', name: pod, namespace });
    return new KubernetesCallError(
      'KubernetesRefused',
      text(
        `the forwarded connection to ${target.en} is over: ${en}`,
        `${target.ko}(으)로 포워딩한 연결이 끝났습니다: ${ko}`,
      ),
      { status: 0, reason, message: en, causes: [] },
    );
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
