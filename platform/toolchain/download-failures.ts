import { reasonOf, text } from '../../errors';
import { DownloadFailure, codeOf } from './tool-errors';

/** An address without what may be secret in it: redirects of file hosts carry tokens in the query. */
function shown(url: URL | string): string {
  const { protocol, host, pathname } = typeof url === 'string' ? new URL(url) : url;
  return `${protocol}//${host}${pathname}`;
}

export function refused(url: URL, status: number): DownloadFailure {
  return new DownloadFailure(
    status >= 500 || status === 429 ? 'transient' : 'final',
    text(`${shown(url)} answers ${status}`, `${shown(url)}이(가) ${status} 응답을 보냈습니다`),
  );
}

export function tooManyRedirects(url: URL, bound: number): DownloadFailure {
  return new DownloadFailure(
    'final',
    text(`${shown(url)} redirects more than ${bound} times`, `${shown(url)}의 리디렉션이 ${bound}회를 넘습니다`),
  );
}

export function tooLarge(url: string, maxBytes: number): DownloadFailure {
  return new DownloadFailure(
    'final',
    text(
      `${shown(url)} is larger than the ${maxBytes} bytes that are taken`,
      `${shown(url)}이(가) 허용 크기 ${maxBytes}바이트를 넘습니다`,
    ),
  );
}

export function tookTooLong(url: string, bound: number, cause: unknown): DownloadFailure {
  return new DownloadFailure(
    'final',
    text(
      `${shown(url)} did not come within ${Math.round(bound / 1000)} s`,
      `${shown(url)}을(를) ${Math.round(bound / 1000)}초 안에 받지 못했습니다`,
    ),
    cause,
  );
}

const UNREACHABLE = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT'];
const BROKEN_OFF = ['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ECONNRESET', 'EPIPE'];
const SILENT = ['UND_ERR_BODY_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];

/** What an HTTP or network error means; what is none (the disk's words: the caller knows the folder) is given back. */
export function explain(error: unknown, url: string, idleMs: number): unknown {
  if (error instanceof DownloadFailure) return error;
  const code = codeOf(error) ?? '';
  const { host } = new URL(url);
  // Nobody aborted on our side (the caller has looked): a proxy has refused the tunnel.
  if (code === 'UND_ERR_ABORTED') {
    const status = /\((\d{3})\)/.exec(reasonOf(error))?.[1] ?? code;
    return new DownloadFailure(
      'unreachable',
      text(`the proxy gives no way to ${host} (${status})`, `프록시가 ${host} 연결을 허용하지 않습니다(${status})`),
      error,
    );
  }
  if (UNREACHABLE.includes(code) || code === 'UND_ERR_CONNECT_TIMEOUT' || code.startsWith('UND_ERR_PRX'))
    return new DownloadFailure(
      'unreachable',
      text(`${host} can't be reached (${code})`, `${host}에 연결할 수 없습니다(${code})`),
      error,
    );
  if (BROKEN_OFF.includes(code))
    return new DownloadFailure(
      'transient',
      text(`${shown(url)} broke off before its end`, `${shown(url)} 전송이 도중에 끊겼습니다`),
      error,
    );
  if (SILENT.includes(code))
    return new DownloadFailure(
      'final',
      text(
        `${host} sent nothing for ${idleMs / 1000} s`,
        `${host}에서 ${idleMs / 1000}초 동안 아무것도 오지 않았습니다`,
      ),
      error,
    );
  if (/^(?:CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|UND_ERR_)/.test(code))
    return new DownloadFailure(
      'final',
      text(`no trusted connection to ${host} (${code})`, `${host}에 안전하게 연결할 수 없습니다(${code})`),
      error,
    );
  return error;
}

export function brokenRedirect(from: URL, to: URL | undefined): DownloadFailure {
  return new DownloadFailure(
    'final',
    text(
      `${shown(from)} redirects to ${to === undefined ? 'no address' : shown(to)}, which is not https`,
      `${shown(from)}이(가) https가 아닌 ${to === undefined ? '잘못된 주소' : shown(to)}(으)로 이동시킵니다`,
    ),
  );
}
