import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Hostile } from './fault';

/** A refusal in the words of the API. */
export function refuse(
  response: ServerResponse,
  { status, reason, retryAfterSeconds }: { status: number; reason: string; retryAfterSeconds?: number },
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason,
      message: `fault proxy: ${reason}`,
      code: status,
    }),
  );
}

/** RST instead of an orderly end. */
export function reset(socket: Socket): void {
  // Node resets the TCP socket only, not what TLS lies over.
  const bare: unknown = socket instanceof TLSSocket ? Reflect.get(socket, '_parent') : socket;
  if (bare instanceof Socket) bare.resetAndDestroy();
  socket.destroy();
}

const DEEP = 5000;

/** Answers 200 with what no API server would say. */
export function answerHostile(response: ServerResponse, what: Hostile): void {
  if (what === 'redirect') {
    response.writeHead(307, { location: 'https://127.0.0.1:1/elsewhere' }).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  if (what === 'huge') {
    const padding = Buffer.alloc(1024 * 1024, 'x');
    const more = (): void => {
      while (response.writable) if (!response.write(padding)) return void response.once('drain', more);
    };
    response.write('{"kind":"');
    return more();
  }
  response.end(
    {
      'not-json': '<html>proxy error</html>',
      deep: '{"a":'.repeat(DEEP) + '1' + '}'.repeat(DEEP),
      'wrong-kind': JSON.stringify({ apiVersion: 'v1', kind: 'Toaster', metadata: { name: 'x' }, items: {} }),
      prototype:
        '{"apiVersion":"v1","kind":"List","metadata":{"__proto__":{"name":"polluted"}},"items":[{"__proto__":{}}]}',
    }[what],
  );
}

/** At most so many bytes a second. */
export function slowly(bytesPerSecond: number): Transform {
  const STEPS = 10;
  const step = Math.max(1, Math.floor(bytesPerSecond / STEPS));
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const next = (from: number): void => {
        if (from >= chunk.length) return done();
        this.push(chunk.subarray(from, from + step));
        setTimeout(() => next(from + step), 1000 / STEPS);
      };
      next(0);
    },
  });
}

/** Line by line, since an event is one; `take` says what becomes of the n-th, from 1: undefined swallows it. */
export function eventByEvent(take: (line: string, index: number) => string | undefined): Transform {
  let rest = '';
  let index = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        index += 1;
        const taken = take(line, index);
        if (taken !== undefined) this.push(`${taken}\n`);
      }
      done();
    },
  });
}

/** What a server says in a watch whose beginning it no longer remembers. */
export const GONE_EVENT = JSON.stringify({
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'Expired',
    message: 'too old resource version',
    code: 410,
  },
});

/** The whole of an answer. */
export async function whole(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
