import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { openGuardedPort } from '../host/guarded-port';

/** Largest request, in bytes; the CLI's is about 400. */
const MAX_REQUEST = 4096;
/** The CLI asks over one; under load its second question was seen to come over another. */
const AT_ONCE = 4;
/** A connection over which nothing was asked for so long is ended, in milliseconds; the CLI asks as soon as it has connected. */
const FIRST_REQUEST_MS = 10_000;

const question = z.object({ ciphertext: z.string() });

export interface KeyService {
  /** What the CLI needs to know: the address, and the token of this operation. */
  readonly environment: Readonly<Record<string, string>>;
  /** Connections let in and turned away so far. */
  counts(): { readonly admitted: number; readonly refused: number };
  close(): void;
}

/** What one service opens: the one ciphertext that the state holds, whatever else it is asked. */
export interface HeldKey {
  readonly stack: string;
  readonly ciphertext: string;
  readonly key: Buffer;
}

/**
 * A transit key service for one operation of one stack: answers `decrypt` for the state's own key to a process of our user that knows the token, and
 * nothing else; after a wrong question nobody gets in any more. It runs in the thread of the engine, so that no program can reach the key.
 */
export async function openKeyService(held: HeldKey): Promise<KeyService> {
  const token = randomBytes(32).toString('base64url');
  const port = await openGuardedPort({ atOnce: AT_ONCE });
  const late = new WeakMap<Socket, NodeJS.Timeout>();
  // The CLI asks twice, and between the two waits for us as long as we need: its connection stays open.
  const server = createServer({ maxHeaderSize: MAX_REQUEST, keepAliveTimeout: 0 }, (request, response) => {
    response.once('finish', () => clearTimeout(late.get(request.socket)));
    answer(request, held, token).then(
      (reply) => {
        if (reply.status !== 200) port.shut();
        send(response, reply);
      },
      // The connection broke in the middle of the request: nobody is left to answer.
      () => response.destroy(),
    );
  });
  port.onConnection((socket) => {
    const timer = setTimeout(() => socket.destroy(), FIRST_REQUEST_MS);
    late.set(socket, timer);
    socket.once('close', () => clearTimeout(timer));
    server.emit('connection', socket);
  });
  return {
    environment: { VAULT_ADDR: `http://127.0.0.1:${port.port}`, VAULT_TOKEN: token, VAULT_MAX_RETRIES: '0' },
    counts: () => port.counts(),
    close: () => port.close(),
  };
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

async function answer(request: IncomingMessage, held: HeldKey, token: string): Promise<Reply> {
  if (!isToken(request.headers['x-vault-token'], token))
    return refusal(403, 'the token is not the one of this operation');
  if (request.method !== 'PUT' || request.url !== `/v1/transit/decrypt/${held.stack}`)
    return refusal(404, 'only the key of the stack is opened here');
  const body = await bodyOf(request);
  if (body === undefined) return refusal(413, `a request has at most ${MAX_REQUEST} bytes`);
  const asked = question.safeParse(parse(body)).data;
  if (asked?.ciphertext !== held.ciphertext) return refusal(400, 'this is not the key that the state holds');
  return { status: 200, body: { data: { plaintext: held.key.toString('base64') } } };
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  const [one, other] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** undefined when it is too long; the rest is not read. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function refusal(status: number, reason: string): Reply {
  return { status, body: { errors: [reason] } };
}

/** Who was refused gets no second try: the connection ends with the answer. */
function send(response: ServerResponse, { status, body }: Reply): void {
  const headers = { 'content-type': 'application/json', ...(status === 200 ? {} : { connection: 'close' }) };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
