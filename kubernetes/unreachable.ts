import { X509Certificate } from 'node:crypto';
import { text, type ErrorCode, type Text } from '../errors';
import { KubernetesCallError } from './failures';
import type { ClusterConnection } from './types';

interface Explanation {
  readonly reason: string;
  readonly words: Text;
  readonly code?: ErrorCode;
  readonly hint?: Text;
}

const RESET: Explanation = {
  reason: 'ConnectionReset',
  words: text('it closed the connection before it answered', '응답하기 전에 연결을 끊었습니다'),
};
const UNKNOWN_AUTHORITY: Explanation = {
  reason: 'UnknownAuthority',
  words: text(
    'its certificate is not signed by the expected CA; check the address and the CA data',
    '서버 인증서가 지정된 CA로 서명되지 않았습니다. 주소와 CA 데이터를 확인하세요',
  ),
};
const NOT_TLS: Explanation = {
  reason: 'NotTls',
  words: text('it does not speak TLS on this port', '이 포트에서 TLS로 통신하지 않습니다'),
};
const NO_CONNECTION: Explanation = {
  reason: 'ConnectTimeout',
  words: text('no connection came about within 5 s', '5초 안에 연결되지 않았습니다'),
};
const NO_ANSWER: Explanation = {
  reason: 'Timeout',
  words: text('it was reached but did not answer within 60 s', '연결되었으나 60초 안에 응답하지 않았습니다'),
};
const NO_ROUTE: Explanation = {
  reason: 'NoRoute',
  words: text('the network has no way to it', '네트워크 경로가 없습니다'),
};

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: {
    reason: 'ConnectionRefused',
    words: text('nothing listens there (connection refused)', '해당 주소에서 응답하는 서버가 없습니다 (연결 거부)'),
    hint: text('testbed cluster status', 'testbed cluster status'),
  },
  SERVER_STARTING: {
    reason: 'Starting',
    words: text(
      'it is not ready yet: it is starting, or its store does not answer; that it refuses now says nothing of rights',
      '아직 준비되지 않았습니다. 시작하는 중이거나 저장소(etcd)가 응답하지 않습니다. 지금 요청이 거부되는 것은 권한 문제가 아닙니다',
    ),
  },
  ECONNRESET: RESET,
  EPIPE: RESET,
  UND_ERR_SOCKET: RESET,
  UND_ERR_CONNECT_TIMEOUT: NO_CONNECTION,
  ETIMEDOUT: NO_CONNECTION,
  UND_ERR_HEADERS_TIMEOUT: NO_ANSWER,
  UND_ERR_BODY_TIMEOUT: NO_ANSWER,
  ENOTFOUND: {
    reason: 'NameUnknown',
    words: text('its host name is not known here', '호스트 이름을 찾을 수 없습니다'),
  },
  EAI_AGAIN: {
    reason: 'NameUnknown',
    words: text('its host name could not be looked up', '호스트 이름을 조회하지 못했습니다'),
  },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  CERT_HAS_EXPIRED: {
    reason: 'CertificateExpired',
    code: 'CertificateExpired',
    words: text('its certificate has expired', '서버 인증서가 만료되었습니다'),
    hint: text('testbed cluster up', 'testbed cluster up'),
  },
  CERT_NOT_YET_VALID: {
    reason: 'CertificateNotYetValid',
    words: text(
      'its certificate is not valid yet; check the clocks of both machines',
      '서버 인증서의 유효 기간이 아직 시작되지 않았습니다. 두 장비의 시각을 확인하세요',
    ),
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'HostnameMismatch',
    words: text(
      'its certificate is for another host name; correct the address or set the TLS server name',
      '서버 인증서의 호스트 이름이 주소와 다릅니다. 주소를 고치거나 TLS 서버 이름을 지정하세요',
    ),
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  EPROTO: NOT_TLS,
  HPE_INVALID_CONSTANT: NOT_TLS,
  UND_ERR_RES_EXCEEDED_MAX_SIZE: {
    reason: 'AnswerTooLarge',
    words: text('its answer is larger than 64 MiB', '응답이 64 MiB보다 큽니다'),
  },
  UND_ERR_DESTROYED: {
    reason: 'Closed',
    words: text('this client is closed', '이 클라이언트는 닫혔습니다'),
  },
  UND_ERR_CLOSED: {
    reason: 'Closed',
    words: text('this client is closed', '이 클라이언트는 닫혔습니다'),
  },
};

/** The code of a network or TLS error, wherever in the chain of causes it stands. */
export function networkCodeOf(error: unknown): string | undefined {
  let here: unknown = error;
  for (let step = 0; step < 8 && here instanceof Error; step += 1) {
    if ('code' in here && typeof here.code === 'string') return here.code;
    if (here instanceof AggregateError && here.errors.length > 0) here = here.errors[0] as unknown;
    else here = here.cause;
  }
  return undefined;
}

/** Whether the connection broke after it stood (a kept-alive one that the server had just closed looks like this too). */
export function wasReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(networkCodeOf(error) ?? '');
}

export function wasRefused(error: unknown): boolean {
  return networkCodeOf(error) === 'ECONNREFUSED';
}

/** No answer came: KubernetesUnreachable, or CertificateExpired. Names the server and why. */
export function unreachable(server: string, cause: unknown): KubernetesCallError {
  const code = networkCodeOf(cause);
  const known = code === undefined ? undefined : EXPLANATIONS[code];
  if (known !== undefined) return unreachableFor(server, known, cause);
  if (code?.includes('ALERT') === true)
    return unreachableFor(
      server,
      {
        reason: 'CredentialRefused',
        words: text(
          `it ended the TLS handshake (${code}); the client certificate may be expired or from another CA`,
          `TLS 협상을 중단했습니다 (${code}). 클라이언트 인증서가 만료되었거나 다른 CA의 것일 수 있습니다`,
        ),
      },
      cause,
    );
  const words = code ?? (cause instanceof Error ? cause.message : String(cause));
  return unreachableFor(server, { reason: 'Unknown', words: text(words, words) }, cause);
}

/** The answer came but can't be used: too large, cut off, not JSON. */
export function unreadable(server: string, reason: string, words: Text): KubernetesCallError {
  return unreachableFor(server, { reason, words }, undefined);
}

function unreachableFor(
  server: string,
  { reason, words, code, hint }: Explanation,
  cause: unknown,
): KubernetesCallError {
  return new KubernetesCallError(
    code ?? 'KubernetesUnreachable',
    text(
      `cannot use the API server ${server}: ${words.en}`,
      `API 서버 ${server}을(를) 사용할 수 없습니다: ${words.ko}`,
    ),
    { status: 0, reason, message: words.en, causes: [] },
    { ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) },
  );
}

/** Our own certificate has run out: the server only says 401 then. Undefined when it has not, or when we use a token. */
export function expiredCredential(
  { server, credential }: ClusterConnection,
  now: Date,
): KubernetesCallError | undefined {
  if (credential.kind !== 'certificate') return undefined;
  const ends = new X509Certificate(credential.certPem).validToDate;
  if (ends.getTime() > now.getTime()) return undefined;
  const at = ends.toISOString();
  return unreachableFor(
    server,
    {
      reason: 'CertificateExpired',
      code: 'CertificateExpired',
      words: text(
        `our client certificate expired at ${at}; get a new one`,
        `클라이언트 인증서가 ${at}에 만료되었습니다. 새로 발급받으세요`,
      ),
      hint: text('testbed cluster kubeconfig', 'testbed cluster kubeconfig'),
    },
    undefined,
  );
}
