import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { TestbedError, reasonOf, text } from '../../errors';
import { AnswerLost, REQUEST_MS } from './register';
import type { S3Place } from './s3-options';
import { storeForbidden, storeUnreachable } from './store-errors';

export interface Answer {
  readonly status: number;
  readonly tag: string | undefined;
  readonly body: Buffer;
}

export interface Question {
  readonly method: 'GET' | 'PUT';
  /** Below the bucket; empty for the bucket itself. */
  readonly name: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Further statuses that are an answer and no failure, beside 200 and 204. */
  readonly expected?: readonly number[];
  /** A longer answer is refused. */
  readonly maxBytes: number;
}

/** One signed request. Throws AnswerLost for what may be tried again, and NoPermission, NoSpace or StoreUnreachable for what would stay so. */
export async function ask(place: S3Place, question: Question): Promise<Answer> {
  const { method, name, query = {}, body, expected = [], maxBytes } = question;
  const url = new URL(name, place.base);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  const headers = {
    ...question.headers,
    // A compressing proxy would change the entity tag.
    'accept-encoding': 'identity',
    'x-amz-content-sha256': createHash('sha256')
      .update(body ?? '')
      .digest('hex'),
  };
  const signed = await new AwsV4Signer({
    method,
    url: url.href,
    headers,
    service: 's3',
    region: place.region,
    accessKeyId: place.accessKeyId,
    secretAccessKey: place.secretAccessKey,
    ...(place.sessionToken === undefined ? {} : { sessionToken: place.sessionToken }),
  }).sign();
  let answer: Answer;
  try {
    const response = await fetch(signed.url, {
      method,
      headers: signed.headers,
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    answer = {
      status: response.status,
      tag: response.headers.get('etag')?.replace(/^W\//, '') ?? undefined,
      body: await bodyOf(response, maxBytes),
    };
  } catch (error) {
    throw error instanceof TooLong ? storeUnreachable(place.place, error) : lost(place, error);
  }
  if (answer.status === 200 || answer.status === 204 || expected.includes(answer.status)) return answer;
  throw refusal(place, answer);
}

class TooLong extends Error {}

async function bodyOf(response: Response, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > maxBytes) throw new TooLong(`it answers with more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What fetch says of a failure is in its cause. */
function lost(place: S3Place, error: unknown): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  // A wrong certificate, an unknown name or a port that fetch never connects to stays so.
  if (/CERT|ERR_TLS|SELF_SIGNED|ENOTFOUND|ERR_SSL/.test(code) || reasonOf(cause) === 'bad port')
    return storeUnreachable(place.place, cause);
  return new AnswerLost(cause);
}

function refusal(place: S3Place, { status, body }: Answer): Error {
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(body.toString('utf8', 0, 4096))?.[1] ?? '';
  const why = new Error(`it answers ${status}${code === '' ? '' : ` ${code}`}`);
  if (/Quota|StorageFull|InsufficientStorage/i.test(code) || status === 507)
    return new TestbedError(
      'NoSpace',
      text(
        `the store ${place.place} has no room left: ${reasonOf(why)}`,
        `저장소 ${place.place}에 남은 공간이 없습니다: ${reasonOf(why)}`,
      ),
      { cause: why },
    );
  if (code === 'RequestTimeTooSkewed')
    return storeUnreachable(
      place.place,
      why,
      text(
        'set the clock of this machine: it differs from the store',
        '이 컴퓨터의 시계를 맞추세요. 저장소의 시각과 다릅니다',
      ),
    );
  if (status === 401 || status === 403)
    return storeForbidden(
      place.place,
      why,
      text(
        'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, region, and that the key may list, read and write below the prefix',
        'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, region과, 그 키가 접두사 아래를 나열·읽기·쓰기할 수 있는지 확인하세요',
      ),
    );
  // Another writing of the same object is under way.
  const busy = status === 409 && /^(?:ConditionalRequestConflict|OperationAborted|)$/.test(code);
  const passing = status >= 500 ? status !== 501 : busy || [408, 425, 429].includes(status);
  return passing ? new AnswerLost(why) : storeUnreachable(place.place, why);
}
