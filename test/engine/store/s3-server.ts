import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface S3Server extends AsyncDisposable {
  readonly port: number;
  readonly keys: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
  /** By name; entity tags are made of the bytes alone, as the real one's mostly are. */
  readonly objects: Map<string, Buffer>;
  /** `PUT name` of every request, in order. */
  readonly requests: readonly string[];
  /** Answers the next requests with these, without doing anything. */
  answerNext(...answers: readonly { readonly status: number; readonly code: string }[]): void;
}

export interface S3ServerOptions {
  /** Keys on a page of a listing. Default 1000. */
  readonly page?: number;
  /** Headers that it does not hold to. */
  readonly ignores?: readonly ('if-match' | 'if-none-match')[];
}

const BUCKET = 'state';
const REGION = 'kr-central';
const ACCESS = 'TESTACCESSKEY';
const SECRET = 'test-secret-key-that-nobody-may-see';

/**
 * Stands in for an S3-compatible store: one bucket in memory, signatures checked by the published algorithm, conditional PUT, listing by pages, and
 * its error documents. It proves what our requests say and what we make of the answers. It does not prove that a given product holds to conditions when
 * several of its machines answer, nor its durability, limits, clocks or TLS: for that the same tests run against a bucket that TESTBED_TEST_S3 names.
 */
export async function openS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const answers: { readonly status: number; readonly code: string }[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    keys: { AWS_ACCESS_KEY_ID: ACCESS, AWS_SECRET_ACCESS_KEY: SECRET },
    objects,
    requests,
    answerNext: (...next) => answers.push(...next),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const name = rest.join('/');
    requests.push(`${request.method} ${name}`);
    const next = answers.shift();
    if (next !== undefined) return refuse(response, next.status, next.code);
    const wrong = signatureFault(request, url, body);
    if (wrong !== undefined) return refuse(response, 403, wrong);
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    if (request.method === 'PUT') return put(request, response, name, body);
    if (request.method !== 'GET') return refuse(response, 405, 'MethodNotAllowed');
    if (name === '') return list(response, url.searchParams);
    const found = objects.get(name);
    if (found === undefined) return refuse(response, 404, 'NoSuchKey');
    response.writeHead(200, { etag: tagOf(found) }).end(found);
  }

  function put(request: IncomingMessage, response: ServerResponse, name: string, body: Buffer): void {
    const present = objects.get(name);
    const { ignores = [] } = options;
    const match = ignores.includes('if-match') ? undefined : request.headers['if-match'];
    const none = ignores.includes('if-none-match') ? undefined : request.headers['if-none-match'];
    if (none !== undefined && none !== '*') return refuse(response, 501, 'NotImplemented');
    if (none === '*' && present !== undefined) return refuse(response, 412, 'PreconditionFailed');
    if (match !== undefined && present === undefined) return refuse(response, 404, 'NoSuchKey');
    if (match !== undefined && present !== undefined && match !== tagOf(present))
      return refuse(response, 412, 'PreconditionFailed');
    objects.set(name, body);
    response.writeHead(200, { etag: tagOf(body) }).end();
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    const prefix = query.get('prefix') ?? '';
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const size = Math.min(options.page ?? 1000, Number(query.get('max-keys') ?? 1000));
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
    const page = names.slice(0, size);
    const more = names.length > size;
    const entries = page.map(
      (name) =>
        `<Contents><Key>${name}</Key><ETag>&quot;x&quot;</ETag><Size>${objects.get(name)?.length}</Size></Contents>`,
    );
    const token = Buffer.from(page.at(-1) ?? '')
      .toString('base64')
      .replaceAll('=', '&#61;');
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(
        `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name>` +
          `<IsTruncated>${more}</IsTruncated>${entries.join('')}${more ? `<NextContinuationToken>${token}</NextContinuationToken>` : ''}</ListBucketResult>`,
      );
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>said by the test</Message></Error>`,
    );
}

function tagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** What is wrong with an AWS4-HMAC-SHA256 signature, in the words of the error document; undefined where nothing is. */
function signatureFault(request: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const [, key, date, scope, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  if (key === undefined || date === undefined || names === undefined) return 'AccessDenied';
  if (key !== ACCESS) return 'InvalidAccessKeyId';
  const header = (name: string): string => String(request.headers[name] ?? '');
  const signed = names.split(';');
  const conditions = ['if-match', 'if-none-match'].filter((name) => header(name) !== '');
  if (!['host', 'x-amz-date', 'x-amz-content-sha256', ...conditions].every((name) => signed.includes(name)))
    return 'AccessDenied';
  if (header('x-amz-content-sha256') !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const stamp = header('x-amz-date');
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - at) < 900_000)) return 'RequestTimeTooSkewed';
  const encode = (part: string): string =>
    encodeURIComponent(part).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = signed.map((name) => `${name}:${header(name).trim()}\n`).join('');
  const canonical = [request.method, url.pathname, query, headers, names, sha256(body)].join('\n');
  const expectedScope = `${REGION}/s3/aws4_request`;
  const words = ['AWS4-HMAC-SHA256', stamp, `${date}/${expectedScope}`, sha256(Buffer.from(canonical))].join('\n');
  const secret = [date, REGION, 's3', 'aws4_request'].reduce<Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    Buffer.from(`AWS4${SECRET}`),
  );
  const expected = createHmac('sha256', secret).update(words).digest('hex');
  return scope === expectedScope && signature === expected ? undefined : 'SignatureDoesNotMatch';
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
