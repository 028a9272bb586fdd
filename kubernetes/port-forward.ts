import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { openGuardedPort, type GuardedPortOptions } from '../host/guarded-port';
import { TestbedError, isTestbedError, reasonOf, text, type Text } from '../errors';
import { openPortTunnel } from './port-tunnel';
import type { ClusterConnection } from './types';

export interface PortForwardOptions {
  readonly namespace: string;
  /** Of the pod. */
  readonly port: number;
  /** On 127.0.0.1; default one that is free. Throws PortTaken. */
  readonly localPort?: number | undefined;
  /** As whom; asked for each connection, so that a credential may be renewed. */
  readonly connection: () => Promise<ClusterConnection>;
  /** Which pod; asked for each connection, so that one that restarted is found again. */
  readonly findPod: (signal: AbortSignal) => Promise<string>;
  /** A connection could not be made or broke; the port goes on. */
  readonly onTrouble: (trouble: Text) => void;
  /** See GuardedPortOptions. */
  readonly peerOwner?: GuardedPortOptions['peerOwner'];
}

export interface PortForward {
  readonly port: number;
  /** false where the system does not tell who connects: then every local process could. */
  readonly guarded: boolean;
  counts(): { readonly admitted: number; readonly refused: number };
  /** Closes the listener and breaks what is open. */
  close(): void;
}

const AT_ONCE = 128;

/**
 * A port on 127.0.0.1 whose every connection leads to the port of a pod. Only processes of our own user may use it, at most 128 connections at the
 * same time. It stays when connections fail: the next one looks for the pod anew.
 */
export async function forwardPort(options: PortForwardOptions): Promise<PortForward> {
  const port = await openGuardedPort({
    atOnce: AT_ONCE,
    halfOpen: true,
    ...(options.localPort === undefined ? {} : { port: options.localPort }),
    ...('peerOwner' in options ? { peerOwner: options.peerOwner } : {}),
  }).catch((error: unknown) => {
    throw asPortError(error, options.localPort ?? 0);
  });
  const ended = new AbortController();
  port.onConnection((socket) => {
    const left = new AbortController();
    socket.once('close', () => left.abort());
    const signal = AbortSignal.any([ended.signal, left.signal]);
    lead(socket, options, signal).catch((error: unknown) => {
      // How the pod's side ends is nothing to somebody who has said that it is over.
      const over = signal.aborted || socket.readableEnded;
      socket.resetAndDestroy();
      if (!over) options.onTrouble(wordsOf(error));
    });
  });
  return {
    port: port.port,
    guarded: port.guarded,
    counts: () => port.counts(),
    close: () => {
      ended.abort();
      port.close();
    },
  };
}

async function lead(socket: Socket, options: PortForwardOptions, signal: AbortSignal): Promise<void> {
  const { namespace, port } = options;
  const [connection, pod] = await Promise.all([options.connection(), options.findPod(signal)]);
  const tunnel = await openPortTunnel(connection, { namespace, pod, port, signal });
  if (signal.aborted) {
    tunnel.destroy();
    return;
  }
  await joined(socket, tunnel);
}

/** Passes both directions on, each to its own end. Resolves when both are over; rejects when the pod's side breaks. */
function joined(socket: Socket, tunnel: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    if (tunnel.errored !== null) {
      reject(tunnel.errored);
      return;
    }
    tunnel.once('error', reject);
    tunnel.once('close', () => {
      // What came last is still on its way to the local program, which hears the end after it.
      if (socket.writableFinished) socket.destroy();
      else socket.once('finish', () => socket.destroy());
      resolve();
    });
    socket.once('close', () => tunnel.destroy());
    // Whoever closed while the pod still writes gets nothing more; the pod's side ends by itself.
    tunnel.pipe(socket);
    socket.pipe(tunnel);
  });
}

function wordsOf(error: unknown): Text {
  return isTestbedError(error) ? error.text : text(reasonOf(error), reasonOf(error));
}

function asPortError(error: unknown, port: number): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'EADDRINUSE')
    return new TestbedError(
      'PortTaken',
      text(`port ${port} of 127.0.0.1 is taken`, `127.0.0.1의 포트 ${port}이(가) 이미 사용 중입니다`),
      {
        cause: error,
        hint: text('give another --port, or none', '--port에 다른 번호를 지정하거나 옵션을 빼세요'),
      },
    );
  if (error.code === 'EACCES')
    return new TestbedError(
      'NoPermission',
      text(`port ${port} may not be opened by this user`, `현재 사용자는 포트 ${port}을(를) 열 수 없습니다`),
      { cause: error, hint: text('give a --port above 1023', '--port에 1023보다 큰 번호를 지정하세요') },
    );
  return error;
}
