import { randomBytes } from 'node:crypto';

/** What a frame holds (RFC 6455, section 5.2). */
export const OPCODES = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

export interface Frame {
  readonly final: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Why the bytes of the other side are no frames; `code` is what a close frame tells it. */
export class FrameError extends Error {
  override name = 'FrameError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const LONGEST_CONTROL = 125;

/** A whole message as one frame of a client: masked, as the protocol wants it of clients. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + 4 + length);
  frame[0] = 0x80 | opcode;
  if (head === 2) frame[1] = 0x80 | length;
  else if (head === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  const mask = randomBytes(4);
  frame.set(mask, head);
  const start = head + 4;
  for (let at = 0; at < length; at += 1) frame[start + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return frame;
}

/**
 * Cuts a server's bytes into frames, keeping what is not whole yet: at most one frame of `longest` bytes. Throws FrameError for a longer one, a
 * masked one, reserved bits, and a control frame that is fragmented or too long.
 */
export class FrameReader {
  readonly #longest: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The next whole frame, or undefined where more bytes are needed. */
  next(): Frame | undefined {
    if (this.#size < 2) return undefined;
    const head = this.#peek(Math.min(this.#size, 10));
    const [first = 0, second = 0] = head;
    if ((first & 0x70) !== 0) throw new FrameError(1002, 'reserved bits are set');
    if ((second & 0x80) !== 0) throw new FrameError(1002, 'a server must not mask');
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    const short = second & 0x7f;
    const headLength = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (opcode >= 0x8 && (!final || short > LONGEST_CONTROL)) throw new FrameError(1002, 'not a control frame');
    if (head.length < headLength) return undefined;
    const length = short === 126 ? head.readUInt16BE(2) : short === 127 ? Number(head.readBigUInt64BE(2)) : short;
    if (length > this.#longest) throw new FrameError(1009, `a frame of ${length} bytes is too long`);
    if (this.#size < headLength + length) return undefined;
    return { final, opcode, payload: this.#take(headLength + length).subarray(headLength) };
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= length) return first.subarray(0, length);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]?.subarray(0, length) ?? Buffer.alloc(0);
  }

  #take(length: number): Buffer {
    const [first] = this.#chunks;
    const whole = first !== undefined && first.length >= length ? first : Buffer.concat(this.#chunks);
    this.#chunks = whole === first ? this.#chunks.slice(1) : [];
    if (whole.length > length) this.#chunks.unshift(whole.subarray(length));
    this.#size -= length;
    return whole.subarray(0, length);
  }
}
