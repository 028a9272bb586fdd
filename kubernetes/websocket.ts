import { text } from '../errors';
import type { ClusterConnection } from './types';
import { unreachable, unreadable } from './unreachable';
import { upgrade, type UpgradeCall } from './upgrade';
import { FrameError, FrameReader, OPCODES, clientFrame } from './websocket-frames';

/** A kubelet's and the API server's messages are some 32 KiB; anything near this is not theirs. */
const LONGEST_MESSAGE = 4 * 1024 * 1024;
const CLOSING_MS = 2_000;

/** One WebSocket to the API server. Nothing is read ahead of its reader but what the socket holds, so a slow reader slows the sender. */
export interface WebSocketLink {
  readonly protocol: string;
  /** Binary and text messages alike, whole. Ends when the server closes in order, throws when the connection breaks. To be read once. */
  readonly messages: AsyncIterable<Buffer>;
  /** Resolves when the system has taken the message. Rejects when the connection is over. */
  send(message: Uint8Array): Promise<void>;
  /** Says goodbye and gives the socket up, at the latest after 2 s. May be called more than once. */
  close(): void;
}

/** Opens a WebSocket. Throws as `upgrade` does. */
export async function openWebSocket(connection: ClusterConnection, call: UpgradeCall): Promise<WebSocketLink> {
  const { socket, head, protocol } = await upgrade(connection, call);
  const { server } = connection;
  const reader = new FrameReader(LONGEST_MESSAGE);
  if (head.length > 0) reader.push(head);
  let closing = false;
  // The reader hears of a broken connection by its iterator, a sender by its callback.
  socket.on('error', () => undefined);

  const write = (frame: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.write(frame, (error) => {
        if (error) reject(unreachable(server, error));
        else resolve();
      });
    });
  const goodbye = (code: number): void => {
    if (closing) return;
    closing = true;
    const payload = Buffer.allocUnsafe(2);
    payload.writeUInt16BE(code);
    if (socket.writable) socket.end(clientFrame(OPCODES.close, payload));
    setTimeout(() => socket.destroy(), CLOSING_MS).unref();
  };

  async function* messages(): AsyncGenerator<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const frame of frames()) {
        if (frame.opcode === OPCODES.close) return goodbye(1000);
        if (frame.opcode === OPCODES.ping) void write(clientFrame(OPCODES.pong, frame.payload)).catch(() => undefined);
        if (frame.opcode >= 0x8) continue;
        if ((frame.opcode === OPCODES.continuation) !== parts.length > 0)
          throw new FrameError(1002, 'fragments out of order');
        size += frame.payload.length;
        if (size > LONGEST_MESSAGE) throw new FrameError(1009, 'a message is too long');
        parts.push(frame.payload);
        if (!frame.final) continue;
        const [only] = parts;
        yield parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
        parts.length = 0;
        size = 0;
      }
    } catch (error) {
      if (error instanceof FrameError) {
        goodbye(error.code);
        throw unreadable(
          server,
          'AnswerUnreadable',
          text(
            `what it sent is no WebSocket message: ${error.message}`,
            `보낸 내용이 WebSocket 메시지가 아닙니다: ${error.message}`,
          ),
        );
      }
      if (closing) return;
      throw unreachable(server, error);
    } finally {
      // The reader has left: nobody takes what else comes.
      goodbye(1000);
      socket.resume();
    }
  }

  async function* frames(): AsyncGenerator<NonNullable<ReturnType<FrameReader['next']>>> {
    yield* whole();
    // Its end must still carry our goodbye.
    const chunks: AsyncIterable<Buffer> = socket.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      reader.push(chunk);
      yield* whole();
    }
    // Without a goodbye of the server it was cut off.
    if (!closing) throw Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
  }

  function* whole(): Generator<NonNullable<ReturnType<FrameReader['next']>>> {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame;
  }

  return {
    protocol,
    messages: messages(),
    send: (message) => write(clientFrame(OPCODES.binary, message)),
    close: () => goodbye(1000),
  };
}
