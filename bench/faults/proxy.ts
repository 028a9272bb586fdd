import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as forward } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ClusterConnection } from '../../kubernetes/types';
import { generator } from '../endurance';
import { answerHostile, eventByEvent, GONE_EVENT, refuse, reset, slowly, whole } from './answers';
import { proxyCertificates, type Shown } from './certificates';
import { openScript, seenOf, type Fault, type FaultRule, type Seen } from './fault';

/** On which side of the API server's work a client is stopped. */
export type Side = 'before' | 'after';

/** A write that is held, and everything behind it. */
export interface Stop {
  /** `PATCH /api/v1/...` of the write, once it has come; `after`: once the API server has done it. */
  readonly reached: Promise<string>;
  /** Lets it and everything behind it go on. */
  release(): void;
}

export interface FaultProxy extends AsyncDisposable {
  /** All rights, by way of the proxy. */
  readonly connection: ClusterConnection;
  /** `PATCH /api/v1/...` of every request since the last `begin` that may have changed something. */
  readonly writes: readonly string[];
  /** Every request since then. */
  readonly requests: readonly string[];
  /** Counts anew, without a fault or with these. Seeded: the same requests meet the same faults. */
  begin(rules?: readonly FaultRule[], seed?: number): void;
  /** Holds the k-th write from the last `begin` on, counted from 1, or the first that looks like this; and everything that comes after it. */
  stopAt(at: number | RegExp, side: Side): Stop;
  /** Shows another certificate from the next connection on, and ends those that stand. */
  show(certificate: Shown): void;
}

const TOKEN = 'fault-proxy-token';
/** Answers that are kept to be given again. */
const KEPT_ANSWERS = 500;

/**
 * Stands between clients and a real API server and does what a script says. TLS ends here, under an authority of its own. A bearer token is passed on as it
 * is, so that everybody stays who they are; only the proxy's own token becomes the given connection's identity. A client certificate has no way
 * through: such a client is nobody here. WebSockets are not passed on.
 */
export async function openFaultProxy(behind: ClusterConnection): Promise<FaultProxy> {
  const { credential } = behind;
  const certificates = proxyCertificates();
  const asGiven = new Agent({
    keepAlive: true,
    ca: behind.caPem,
    ...(credential.kind === 'certificate' ? { cert: credential.certPem, key: credential.keyPem } : {}),
  });
  const asCaller = new Agent({ keepAlive: true, ca: behind.caPem });
  const kept = new Map<string, { readonly answer: IncomingMessage; readonly body: Buffer }>();
  const writes: string[] = [];
  const requests: string[] = [];
  let decide: (seen: Seen) => Fault | undefined = () => undefined;
  let stop:
    | { readonly at: number | RegExp; readonly side: Side; reach(write: string): void; released: Promise<void> }
    | undefined;
  let isHeld = false;

  const server = createServer(certificates.of('right'), (request, response) => {
    // Whoever is killed or reset leaves broken sockets behind.
    for (const stream of [request, response]) stream.on('error', () => undefined);
    void serve(request, response).catch(() => response.destroy());
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url ?? '/';
    const seen = seenOf(request.method ?? 'GET', url);
    const words = `${seen.method} ${seen.path}`;
    // A request that stands behind the held one counts when it goes on: it has not happened yet.
    while (isHeld) await stop?.released;
    const body = await whole(request);
    requests.push(words);
    if (seen.isWrite) writes.push(words);
    const held = seen.isWrite && stop !== undefined && meets(stop.at, writes.length, words) ? stop : undefined;
    if (held !== undefined) isHeld = true;
    if (held?.side === 'before') {
      held.reach(words);
      await held.released;
    }
    const fault = decide(seen);
    if (fault?.kind === 'answer') return refuse(response, fault);
    if (fault?.kind === 'hostile') return answerHostile(response, fault.answer);
    if (fault?.kind === 'reset' && fault.when === 'before') return reset(request.socket);
    if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
    const old = fault?.kind === 'stale' ? kept.get(url) : undefined;
    if (old !== undefined) return void response.writeHead(200, headersOf(old.answer)).end(old.body);
    const answer = await ask(request, body, response);
    if (held?.side === 'after') {
      const done = await whole(answer);
      held.reach(words);
      await held.released;
      return void response.writeHead(answer.statusCode ?? 502, headersOf(answer)).end(done);
    }
    if (fault?.kind === 'reset') {
      await whole(answer);
      return reset(request.socket);
    }
    if (seen.isWatch || fault?.kind === 'slow') return stream(answer, response, fault);
    const done = await whole(answer);
    if (seen.method === 'GET' && !kept.has(url) && kept.size < KEPT_ANSWERS) kept.set(url, { answer, body: done });
    if (fault?.kind === 'truncated') {
      response.writeHead(answer.statusCode ?? 502, { ...headersOf(answer), 'content-length': String(done.length) });
      return void response.write(done.subarray(0, Math.min(fault.bytes, done.length - 1)), () =>
        setImmediate(() => request.socket.destroy()),
      );
    }
    response.writeHead(answer.statusCode ?? 502, headersOf(answer)).end(done);
  };

  const ask = async (request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<IncomingMessage> => {
    const { authorization, ...headers } = request.headers;
    const isOwn = authorization === `Bearer ${TOKEN}`;
    const identity = isOwn ? (credential.kind === 'token' ? `Bearer ${credential.token}` : undefined) : authorization;
    const outgoing = forward(new URL(request.url ?? '/', behind.server), {
      method: request.method ?? 'GET',
      agent: isOwn ? asGiven : asCaller,
      headers: { ...headers, ...(identity === undefined ? {} : { authorization: identity }) },
    });
    // A watch ends with its reader; a write goes on without one.
    response.on('close', () => void (request.method === 'GET' && outgoing.destroy()));
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined);
    return answer;
  };

  const stream = (answer: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void => {
    const shaping = shapeOf(fault, () => reset(response.req.socket));
    answer.on('error', () => response.destroy());
    response.writeHead(answer.statusCode ?? 502, headersOf(answer));
    response.flushHeaders();
    if (shaping === undefined) answer.pipe(response);
    else answer.pipe(shaping).pipe(response);
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connection: {
      server: `https://127.0.0.1:${port}`,
      caPem: certificates.caPem,
      credential: { kind: 'token', token: TOKEN },
    },
    writes,
    requests,
    begin: (rules = [], seed = 1) => {
      const next = generator(seed);
      [writes.length, requests.length] = [0, 0];
      kept.clear();
      [stop, isHeld] = [undefined, false];
      decide = openScript(rules, () => next(2 ** 31) / 2 ** 31);
    },
    stopAt: (at, side) => {
      const reached = Promise.withResolvers<string>();
      const released = Promise.withResolvers<void>();
      stop = { at, side, reach: reached.resolve, released: released.promise };
      return {
        reached: reached.promise,
        release: () => {
          [stop, isHeld] = [undefined, false];
          released.resolve();
        },
      };
    },
    show: (certificate) => {
      server.setSecureContext(certificates.of(certificate));
      server.closeAllConnections();
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      asGiven.destroy();
      asCaller.destroy();
    },
  };
}

function meets(at: number | RegExp, count: number, words: string): boolean {
  return typeof at === 'number' ? at === count : at.test(words);
}

/** Without what belongs to one connection. */
function headersOf({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { connection: _connection, 'keep-alive': _keep, 'transfer-encoding': _encoding, ...own } = headers;
  return own;
}

function shapeOf(fault: Fault | undefined, cut: () => void): ReturnType<typeof slowly> | undefined {
  if (fault?.kind === 'slow') return slowly(fault.bytesPerSecond);
  if (fault?.kind === 'watch-gap')
    return eventByEvent((line, index) => (index > fault.after && index <= fault.after + fault.drop ? undefined : line));
  if (fault?.kind === 'watch-gone') return eventByEvent((line, index) => (index > fault.after ? GONE_EVENT : line));
  if (fault?.kind === 'watch-cut')
    return eventByEvent((line, index) => {
      if (index > fault.after) cut();
      return line;
    });
  return undefined;
}
