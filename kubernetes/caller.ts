import { X509Certificate } from 'node:crypto';
import { text, type Text } from '../errors';
import { WrongAddress } from './addresses';
import { type KubernetesCallError, failureOf, refused, unsendable, type CallSubject } from './failures';
import { UnsafeJson, parseJson } from './json';
import { identityOf } from './objects';
import { sendWithRetries, type Safety } from './retries';
import { ServerStarting, createStarting } from './starting';
import { asFailure, createTransport, type WireAnswer, type WireRequest, type WireStream } from './transport';
import type { ClusterConnection } from './types';
import { expiredCredential, unreadable } from './unreachable';
import { createWarnings } from './warnings';
import { plainWords, type CallVerb } from './wording';

/** What is called, for messages, and how it goes over the wire. */
export interface Call {
  readonly verb: CallVerb;
  readonly target: Text;
  readonly safety: Safety;
  readonly request: WireRequest;
  /** A Secret is in the body. */
  readonly secret?: boolean;
  readonly hidden?: readonly string[];
}

/** Sends calls to one server and turns every failure into the one error of the client. */
export interface Caller {
  /** The answer's body: parsed JSON, else text. Throws for status >= 300. */
  call(call: Call): Promise<{ readonly status: number; readonly body: unknown }>;
  stream(call: Call, silenceMs: number): Promise<WireStream>;
  /** The error for a call that can't be sent: gives WrongAddress its subject, leaves the rest. */
  wrong(verb: CallVerb, target: Text, error: unknown): unknown;
  /** The error of a Status that came by another way than an answer's status, such as in a watch. */
  refusal(call: Call, status: unknown): KubernetesCallError;
  /** What breaks a stream that was open. */
  broken(error: unknown, signal: AbortSignal | undefined): unknown;
  takeWarnings(): string[];
  close(): Promise<void>;
}

export function createCaller(connection: ClusterConnection): Caller {
  const transport = createTransport(connection);
  const starting = createStarting(transport);
  const warnings = createWarnings();
  const { server } = connection;
  const subjectOf = subjectsOf(connection);

  const refusalOf = (call: Call, status: number, body: unknown, after: string | undefined): KubernetesCallError => {
    const expired = status === 401 ? expiredCredential(connection, new Date()) : undefined;
    if (expired !== undefined) return expired;
    const subject = subjectOf(call);
    return refused(subject, failureOf(status, body, after, subject));
  };

  const refuse = (call: Call, { status, headers, text: words }: WireAnswer): KubernetesCallError => {
    const after = headers['retry-after'];
    let body: unknown = words;
    if (isJson(headers)) {
      try {
        body = parseJson(words);
      } catch (error) {
        if (!(error instanceof UnsafeJson)) throw error;
        body = `an answer that cannot be read (${error.message})`;
      }
    }
    return refusalOf(call, status, body, typeof after === 'string' ? after : undefined);
  };

  return {
    async call(call) {
      let answer: WireAnswer;
      try {
        answer = await sendWithRetries(transport, call.request, call.safety, starting);
      } catch (error) {
        throw asFailure(server, error, call.request.signal);
      }
      warnings.add(answer.headers['warning']);
      if (answer.status >= 300) throw refuse(call, answer);
      return { status: answer.status, body: isJson(answer.headers) ? readable(server, answer.text) : answer.text };
    },
    async stream(call, silenceMs) {
      let stream: WireStream;
      const sentAt = performance.now();
      try {
        stream = await transport.open(call.request, silenceMs);
      } catch (error) {
        throw asFailure(server, error, call.request.signal);
      }
      if (stream.status < 300) return stream;
      if ((await starting.judge(stream.status, sentAt)) !== 'stands') {
        stream.end();
        throw asFailure(server, new ServerStarting(), call.request.signal);
      }
      throw refuse(call, { status: stream.status, headers: stream.headers, text: await firstOf(stream) });
    },
    wrong(verb, target, error) {
      return error instanceof WrongAddress ? unsendable(subjectOf({ verb, target }), 'Invalid', error.text) : error;
    },
    refusal: (call, status) => refusalOf(call, 200, status, undefined),
    broken: (error, signal) => asFailure(server, error, signal),
    takeWarnings: () => warnings.take(),
    close: () => transport.close(),
  };
}

type Subject = Pick<Call, 'verb' | 'target' | 'secret' | 'hidden'>;

/** What messages say of one call on its own. */
export function callSubject(connection: ClusterConnection, subject: Subject): CallSubject {
  return subjectsOf(connection)(subject);
}

function subjectsOf(connection: ClusterConnection): (subject: Subject) => CallSubject {
  const { server, credential } = connection;
  const own = credential.kind === 'token' ? [credential.token] : [credential.keyPem];
  const who = plainWords(identityOf(connection, subjectName));
  return ({ verb, target, secret, hidden }) => ({
    verb,
    target,
    server,
    who,
    secret: secret === true,
    hidden: [...own, ...(hidden ?? [])],
  });
}

function readable(server: string, words: string): unknown {
  try {
    return parseJson(words);
  } catch (error) {
    if (!(error instanceof UnsafeJson)) throw error;
    throw unreadable(
      server,
      'AnswerUnreadable',
      text(`its answer cannot be read: ${error.message}`, `응답을 읽을 수 없습니다: ${error.message}`),
    );
  }
}

function isJson(headers: WireAnswer['headers']): boolean {
  const type = headers['content-type'];
  return typeof type === 'string' && /^application\/json\b/i.test(type);
}

/** Enough of a refused watch to read its Status. */
async function firstOf(stream: WireStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream.chunks) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > 1024 * 1024) break;
  }
  stream.end();
  return Buffer.concat(chunks).toString('utf8');
}

/** `CN=a\nO=b` becomes `CN=a, O=b`. */
function subjectName(certPem: string): string {
  return new X509Certificate(certPem).subject.replaceAll('\n', ', ');
}
