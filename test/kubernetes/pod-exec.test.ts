// Against a stand-in server on loopback: it proves how our side takes what a server sends, not that an API server and a kubelet send it. That is
// shown on a real node (test/real-node/ways-in.test.ts).
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { execInPod } from '../../kubernetes/pod-exec';
import type { ClusterConnection } from '../../kubernetes/types';
import { status } from './support/fault-client';
import { faultServer, json } from './support/fault-server';

const DONE = JSON.stringify({ metadata: {}, status: 'Success' });
const FAILED = JSON.stringify({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: '42' }] },
});

/** Accepts as a server must; what follows is the test's. */
function accept(request: IncomingMessage, { proof }: { readonly proof?: string } = {}): Socket {
  const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const { socket } = request;
  socket.on('error', () => undefined);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\nSec-WebSocket-Accept: ${proof ?? createHash('sha1').update(key).digest('base64')}\r\n\r\n`,
  );
  return socket;
}

function frame(head: number, ...payload: readonly (number | string)[]): Buffer {
  const bytes = Buffer.concat(
    payload.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))),
  );
  if (bytes.length < 126) return Buffer.concat([Buffer.from([head, bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([head, 126, bytes.length >> 8, bytes.length & 255]), bytes]);
}

async function run(connection: ClusterConnection): Promise<{ exitCode: number; output: string }> {
  let output = '';
  const { exitCode } = await execInPod(connection, {
    namespace: 'n',
    pod: 'p',
    command: ['a b', '&c'],
    output: (chunk) => void (output += Buffer.from(chunk).toString()),
    errors: (chunk) => void (output += `!${Buffer.from(chunk).toString()}`),
  });
  return { exitCode, output };
}

describe('a command in a pod', () => {
  it('is sent word by word, and its output and exit code come back', async () => {
    await using server = await faultServer((request) => {
      const socket = accept(request);
      socket.write(frame(0x82, 1, 'out'));
      socket.write(frame(0x82, 2, 'err'));
      socket.write(frame(0x82, 3, FAILED));
    });
    expect(await run(server.connection)).toEqual({ exitCode: 42, output: 'out!err' });
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/n/pods/p/exec?stdin=false&stdout=true&stderr=true&tty=false&command=a%20b&command=%26c',
    ]);
  });

  it('takes messages in pieces, with a ping between them that is answered', async () => {
    let pong = '';
    await using server = await faultServer((request) => {
      const socket = accept(request);
      socket.once('data', (bytes: Buffer) => {
        pong = bytes.subarray(0, 2).toString('hex');
        socket.write(frame(0x80, 'two'));
        socket.write(frame(0x82, 3, DONE));
      });
      socket.write(frame(0x02, 1, 'one'));
      socket.write(frame(0x89, 'are you there'));
    });
    expect(await run(server.connection)).toEqual({ exitCode: 0, output: 'onetwo' });
    expect(pong).toBe('8a8d');
  });

  it('waits with the output until it is taken', async () => {
    await using server = await faultServer((request) => {
      const socket = accept(request);
      for (const letter of 'abc') socket.write(frame(0x82, 1, letter));
      socket.write(frame(0x82, 3, DONE));
    });
    const seen: string[] = [];
    await execInPod(server.connection, {
      namespace: 'n',
      pod: 'p',
      command: ['x'],
      output: async (chunk) => {
        seen.push(`begin ${Buffer.from(chunk).toString()}`);
        await new Promise((resolve) => void setImmediate(resolve));
        seen.push('end');
      },
      errors: () => undefined,
    });
    expect(seen).toEqual(['begin a', 'end', 'begin b', 'end', 'begin c', 'end']);
  });
});

describe('a way in that fails', () => {
  it('is refused in the server’s own words', async () => {
    await using server = await faultServer((_request, response) =>
      json(response, 403, status(403, 'Forbidden', 'nobody enters')),
    );
    await expect(run(server.connection)).rejects.toMatchObject({
      code: 'KubernetesRefused',
      failure: { status: 403, reason: 'Forbidden', message: 'nobody enters' },
    });
  });

  it('never says the token, whatever the server answers', async () => {
    await using server = await faultServer((request, response) => {
      response.writeHead(500);
      response.end(`you said ${request.headers.authorization}`);
    });
    const error: unknown = await run(server.connection).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('you said Bearer [secret]');
  });

  it.each([
    [
      'that does not prove that it speaks the protocol',
      'ProtocolUnknown',
      (r: IncomingMessage) => void accept(r, { proof: 'x' }),
    ],
    ['that breaks off', 'ConnectionReset', (r: IncomingMessage) => void accept(r).destroy()],
    ['that ends without a word', 'ConnectionReset', (r: IncomingMessage) => void accept(r).end(frame(0x88, 3, 232))],
    [
      'that masks what it sends',
      'AnswerUnreadable',
      (r: IncomingMessage) => void accept(r).write(Buffer.from([0x82, 0x81])),
    ],
    [
      'that promises more than anybody takes',
      'AnswerUnreadable',
      (r: IncomingMessage) => void accept(r).write(Buffer.from([0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0])),
    ],
  ])('by a server %s is told as such', async (_, reason, answer) => {
    await using server = await faultServer(answer);
    await expect(run(server.connection)).rejects.toMatchObject({ code: 'KubernetesUnreachable', failure: { reason } });
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    await using server = await faultServer((request) => {
      accept(request);
      stop.abort(new Error('enough'));
    });
    const running = execInPod(server.connection, {
      namespace: 'n',
      pod: 'p',
      command: ['x'],
      output: () => undefined,
      errors: () => undefined,
      signal: stop.signal,
    });
    await expect(running).rejects.toThrow('enough');
  });
});
