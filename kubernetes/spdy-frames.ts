/**
 * The few frames of SPDY/3.1 that forwarding a port takes: the API server hands our bytes on to the node's container runtime, which speaks that.
 * One tunnel carries one connection, so neither priorities nor flow control between streams are needed: TCP's own does it.
 */
const VERSION = 3;
const CONTROL = 0x8000;
const SYN_STREAM = 1;
const FIN = 0x01;
/** A frame's length has 24 bits; the runtime sends some 32 KiB. */
const LONGEST_FRAME = 2 * 1024 * 1024;
const HEAD = 8;

export const FRAME_TYPES = { synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7 } as const;

export type SpdyFrame =
  | { readonly kind: 'data'; readonly stream: number; readonly last: boolean; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly last: boolean; readonly payload: Buffer };

/** Why bytes are no frames. */
export class SpdyError extends Error {
  override name = 'SpdyError';
}

/**
 * Opens streams. The headers of all of them are one zlib stream; its blocks are stored, not deflated, and each ends with an empty one, which makes the
 * reader hand over what it has.
 */
export class StreamOpener {
  #begun = false;

  open(stream: number, headers: Readonly<Record<string, string>>): Buffer {
    const block = headerBlock(headers);
    const compressed = Buffer.concat([
      ...(this.#begun ? [] : [Buffer.from([0x78, 0x01])]),
      stored(block.length),
      block,
      stored(0),
    ]);
    this.#begun = true;
    const frame = Buffer.alloc(HEAD + 10);
    frame.writeUInt32BE(stream, HEAD);
    return Buffer.concat([controlHead(SYN_STREAM, 0, 10 + compressed.length), frame.subarray(HEAD), compressed]);
  }
}

/** Data for a stream; `last`: nothing more comes from us. */
export function dataFrame(stream: number, payload: Uint8Array, last: boolean): Buffer {
  const frame = Buffer.allocUnsafe(HEAD + payload.length);
  frame.writeUInt32BE(stream, 0);
  frame.writeUInt32BE(((last ? FIN : 0) << 24) | payload.length, 4);
  frame.set(payload, HEAD);
  return frame;
}

/** The answer to a ping is the ping. */
export function pongFrame(payload: Uint8Array): Buffer {
  return Buffer.concat([controlHead(FRAME_TYPES.ping, 0, payload.length), payload]);
}

/** Cuts bytes into frames, keeping at most one that is not whole yet. Throws SpdyError. */
export class SpdyReader {
  #bytes: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Generator<SpdyFrame> {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= HEAD) {
      const length = this.#bytes.readUInt32BE(4) & 0xffffff;
      if (length > LONGEST_FRAME) throw new SpdyError(`a frame of ${length} bytes is too long`);
      if (this.#bytes.length < HEAD + length) return;
      const head = this.#bytes.readUInt16BE(0);
      const last = ((this.#bytes[4] ?? 0) & FIN) !== 0;
      const payload = this.#bytes.subarray(HEAD, HEAD + length);
      const stream = this.#bytes.readUInt32BE(0);
      const type = this.#bytes.readUInt16BE(2);
      this.#bytes = this.#bytes.subarray(HEAD + length);
      if ((head & CONTROL) === 0) yield { kind: 'data', stream, last, payload };
      else if ((head & 0x7fff) === VERSION) yield { kind: 'control', type, last, payload };
      else throw new SpdyError(`version ${head & 0x7fff} is not SPDY/3`);
    }
  }
}

function controlHead(type: number, flags: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  head.writeUInt16BE(CONTROL | VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE((flags << 24) | length, 4);
  return head;
}

function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  return Buffer.concat([
    number(entries.length),
    ...entries.flatMap(([name, value]) => [...word(name.toLowerCase()), ...word(value)]),
  ]);
}

function word(words: string): Buffer[] {
  const bytes = Buffer.from(words, 'utf8');
  return [number(bytes.length), bytes];
}

function number(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The head of a stored block of deflate (RFC 1951, section 3.2.4). */
function stored(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(length, 1);
  head.writeUInt16LE(~length & 0xffff, 3);
  return head;
}
