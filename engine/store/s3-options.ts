import { parametersOf, wrongStoreUrl } from './store-url';

export interface S3Place {
  /** For people. */
  readonly place: string;
  /** `https://host:port/bucket/`; objects are below it. */
  readonly base: URL;
  /** Before each key; empty or ending in `/`. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const PARAMETERS = ['endpoint', 'region'] as const;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\/){0,6}$/;
const REGION = /^[a-z0-9-]{1,40}$/;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Reads `s3://bucket/prefix?endpoint=https://host&region=name`. The keys come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where there is one,
 * AWS_SESSION_TOKEN. `region` is `us-east-1` by default. Throws UsageWrong.
 */
export function readS3Url(url: URL, environment: Readonly<Record<string, string | undefined>>): S3Place {
  if (url.username !== '' || url.password !== '')
    throw wrongStoreUrl(
      'a URL is no place for keys: put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      'URL에 키를 넣을 수 없습니다. AWS_ACCESS_KEY_ID와 AWS_SECRET_ACCESS_KEY에 두세요',
    );
  const given = parametersOf(url, PARAMETERS);
  const bucket = url.hostname;
  const prefix = `${url.pathname}/`.replace(/^\/+/, '').replace(/\/+$/, '/');
  const region = given.region ?? 'us-east-1';
  if (!BUCKET.test(bucket))
    throw wrongStoreUrl(
      "the URL names no bucket: write s3://bucket/prefix with a bucket of 3 to 63 lower-case letters, digits, '-' and '.'",
      "URL에 버킷 이름이 없습니다. s3://버킷/접두사 형식으로 쓰고, 버킷은 영문 소문자, 숫자, '-', '.'로 된 3~63자여야 합니다",
    );
  if (!PREFIX.test(prefix))
    throw wrongStoreUrl(
      "the prefix takes letters, digits, '-', '_', '.' and '/' only",
      "접두사에는 영문자, 숫자, '-', '_', '.', '/'만 쓸 수 있습니다",
    );
  if (!REGION.test(region))
    throw wrongStoreUrl(
      "region takes lower-case letters, digits and '-' only",
      "region에는 영문 소문자, 숫자, '-'만 쓸 수 있습니다",
    );
  const endpoint = endpointOf(given.endpoint);
  return {
    place: `s3://${bucket}/${prefix} (${endpoint.origin})`,
    base: new URL(`${endpoint.pathname.replace(/\/+$/, '')}/${bucket}/`, endpoint.origin),
    prefix,
    region,
    ...keysOf(environment),
  };
}

function endpointOf(given: string | undefined): URL {
  const endpoint = given === undefined || !URL.canParse(given) ? undefined : new URL(given);
  const secure =
    endpoint?.protocol === 'https:' || (endpoint?.protocol === 'http:' && LOOPBACK.test(endpoint.hostname));
  if (
    endpoint !== undefined &&
    secure &&
    endpoint.username === '' &&
    endpoint.password === '' &&
    endpoint.search === ''
  )
    return endpoint;
  throw wrongStoreUrl(
    'endpoint names the store, such as endpoint=https://storage.example.org; http only on this machine, and no keys in it',
    'endpoint로 저장소를 지정하세요. 예: endpoint=https://storage.example.org. http는 이 컴퓨터 안에서만 쓸 수 있고, 키를 넣을 수 없습니다',
  );
}

function keysOf(
  environment: Readonly<Record<string, string | undefined>>,
): Pick<S3Place, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'] ?? '';
  const sessionToken = environment['AWS_SESSION_TOKEN'] ?? '';
  if (accessKeyId === '' || secretAccessKey === '')
    throw wrongStoreUrl(
      's3:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
      's3://에는 환경 변수 AWS_ACCESS_KEY_ID와 AWS_SECRET_ACCESS_KEY가 필요합니다',
    );
  return { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) };
}
