import { createInflate } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpdyReader, StreamOpener, dataFrame, pongFrame, type SpdyFrame } from '../../kubernetes/spdy-frames';
import { FrameReader, clientFrame, type Frame } from '../../kubernetes/websocket-frames';

/** A frame as a server sends it: not masked. */
function serverFrame(opcode: number, payload: Buffer, { final = true } = {}): Buffer {
  const length = payload.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** Cuts bytes at the given places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...places, bytes.length].map((end, at) => bytes.subarray(at === 0 ? 0 : places[at - 1], end));
}

function framesOf(chunks: readonly Buffer[], longest = 1 << 20): Frame[] {
  const reader = new FrameReader(longest);
  const frames: Frame[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  }
  return frames;
}

const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];
const payloads = fc.oneof(
  fc.constantFrom(...SIZES).map((size) => Buffer.alloc(size, 7)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

describe('WebSocket frames', () => {
  it('are read whole, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(payloads, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), (all, cuts) => {
        const bytes = Buffer.concat(all.map((payload) => serverFrame(2, payload)));
        expect(framesOf(pieces(bytes, cuts)).map(({ payload }) => payload.toString('hex'))).toEqual(
          all.map((payload) => payload.toString('hex')),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('of ours are masked, and carry their payload', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const frame = clientFrame(2, payload);
        const [first = 0, second = 0] = frame;
        expect([first, second & 0x80]).toEqual([0x82, 0x80]);
        const head = payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10;
        const mask = frame.subarray(head, head + 4);
        const plain = frame.subarray(head + 4).map((byte, at) => byte ^ (mask[at & 3] ?? 0));
        expect(Buffer.from(plain).equals(payload)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['a masked one', clientFrame(2, Buffer.from('x')), 1002],
    ['reserved bits', Buffer.from([0xc2, 0]), 1002],
    ['a ping in pieces', Buffer.from([0x09, 0]), 1002],
    ['a ping of 126 bytes', Buffer.from([0x89, 126, 0, 126]), 1002],
    ['one that is longer than allowed', Buffer.from([0x82, 126, 0xff, 0xff]), 1009],
    [
      'one of more bytes than there are',
      Buffer.from([0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      1009,
    ],
  ])('refuse %s', (_, bytes, code) => {
    expect(() => framesOf([bytes], 1000)).toThrow(expect.objectContaining({ code }));
  });
});

function spdyOf(chunks: readonly Buffer[]): SpdyFrame[] {
  const reader = new SpdyReader();
  return chunks.flatMap((chunk) => [...reader.read(chunk)]);
}

describe('SPDY frames', () => {
  it('are read whole, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(payloads, fc.boolean()), { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (all, cuts) => {
          const bytes = Buffer.concat(all.map(([payload, last]) => dataFrame(3, payload, last)));
          const read = spdyOf(pieces(bytes, cuts)).map((frame) => ({
            ...frame,
            payload: frame.payload.toString('hex'),
          }));
          expect(read).toEqual(
            all.map(([payload, last]) => ({ kind: 'data', stream: 3, last, payload: payload.toString('hex') })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('open streams with headers that an inflater hands over frame by frame', async () => {
    const opener = new StreamOpener();
    const inflater = createInflate();
    const plain: Buffer[] = [];
    inflater.on('data', (chunk: Buffer) => plain.push(chunk));
    for (const [stream, streamtype] of [
      [1, 'error'],
      [3, 'data'],
    ] as const) {
      const [frame, ...more] = spdyOf([opener.open(stream, { port: '5432', streamtype })]);
      expect([frame?.kind, frame?.payload.readUInt32BE(0), more]).toEqual(['control', stream, []]);
      await new Promise((resolve) => inflater.write(frame?.payload.subarray(10), resolve));
      await expect
        .poll(() => Buffer.concat(plain).toString('latin1'))
        .toBe(
          `\0\0\0\x02\0\0\0\x04port\0\0\0\x045432\0\0\0\x0astreamtype\0\0\0${String.fromCharCode(streamtype.length)}${streamtype}`,
        );
      plain.length = 0;
    }
    inflater.destroy();
  });

  it('answer a ping with itself', () => {
    const id = Buffer.from([0, 0, 0, 2]);
    expect(spdyOf([pongFrame(id)])).toEqual([{ kind: 'control', type: 6, last: false, payload: id }]);
  });

  it.each([
    ['another version', Buffer.from([0x80, 2, 0, 6, 0, 0, 0, 0]), 'version 2 is not SPDY/3'],
    [
      'a frame that is too long',
      Buffer.from([0, 0, 0, 3, 0, 0xff, 0xff, 0xff]),
      'a frame of 16777215 bytes is too long',
    ],
  ])('refuse %s', (_, bytes, message) => {
    expect(() => spdyOf([bytes])).toThrow(message);
  });
});
