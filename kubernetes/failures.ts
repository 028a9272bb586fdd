import { TestbedError, isTestbedError, text, type ErrorCode, type Text, type TestbedErrorOptions } from '../errors';
import { fieldsAt, listAt, numberAt, stringAt } from './json';
import { retryAfterMs } from './retry-after';
import type { ApiFailure, KubernetesError } from './types';
import { plainWords, wordOf, type CallVerb } from './wording';

/** The error of every call that failed; `failure.status` is 0 when no answer came. */
export class KubernetesCallError extends TestbedError {
  readonly failure: ApiFailure;

  constructor(code: ErrorCode, words: Text, failure: ApiFailure, options: TestbedErrorOptions = {}) {
    super(code, words, options);
    this.name = 'KubernetesCallError';
    this.failure = failure;
  }
}

/** Whether `error` comes from an API call and, when a reason is given (`Conflict`, `Expired`, `ConnectionRefused`), has that one. */
export function isKubernetesError(error: unknown, reason?: string): error is KubernetesError {
  return error instanceof KubernetesCallError && (reason === undefined || error.failure.reason === reason);
}

/** What a failure message needs to know of the call. Holds no secret but `hidden`, which is there to be cut out. */
export interface CallSubject {
  readonly verb: CallVerb;
  readonly target: Text;
  /** The server's address. */
  readonly server: string;
  /** Whom the server took us for, as far as we know. */
  readonly who: string;
  /** A Secret was sent: some of the server's words quote what was sent. */
  readonly secret?: boolean;
  /** Values that must not be shown. */
  readonly hidden?: readonly string[];
}

/** A call that can't be made as it is asked for; nothing was sent. */
export function unsendable(subject: CallSubject, reason: string, why: Text): KubernetesCallError {
  const word = wordOf(subject.verb);
  return new KubernetesCallError(
    'KubernetesRefused',
    text(
      `cannot ${word.en} ${subject.target.en}: ${why.en}`,
      `${subject.target.ko}: ${word.ko} 요청을 보낼 수 없습니다. ${why.ko}`,
    ),
    { status: 0, reason, message: why.en, causes: [] },
  );
}

/** Reads the Status of an answer >= 400 (or of an ERROR event); `retryAfter` is the header. */
export function failureOf(
  status: number,
  body: unknown,
  retryAfter: string | undefined,
  hidden: CallSubject,
): ApiFailure {
  const told = typeof body === 'string' ? body : (stringAt(body, 'message') ?? '');
  const hide = (words: string): string => plainWords(concealed(words, status, hidden));
  const after = retryAfterMs(retryAfter, Date.now());
  const seconds = after === undefined ? undefined : Math.ceil(after / 1000);
  const retryAfterSeconds = seconds ?? numberAt(fieldsAt(body, 'details'), 'retryAfterSeconds');
  return {
    status: (status === 200 ? numberAt(body, 'code') : undefined) ?? status,
    reason: stringAt(body, 'reason') ?? reasonOfStatus(status),
    message: hide(told) || `HTTP ${status}`,
    causes: listAt(body, 'details', 'causes')
      .slice(0, 100)
      .map((cause) => ({
        field: plainWords(stringAt(cause, 'field') ?? ''),
        reason: plainWords(stringAt(cause, 'reason') ?? ''),
        message: hide(stringAt(cause, 'message') ?? ''),
      })),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** The error of an answer >= 400. */
export function refused(subject: CallSubject, failure: ApiFailure): KubernetesCallError {
  const { words, details } = refusalWords(subject, failure);
  return new KubernetesCallError('KubernetesRefused', words, failure, { details });
}

function refusalWords(subject: CallSubject, failure: ApiFailure): { words: Text; details: readonly Text[] } {
  const word = wordOf(subject.verb);
  const { target } = subject;
  if (failure.status === 401)
    return {
      words: text(
        `the API server ${subject.server} does not accept the credential of ${subject.who}: cannot ${word.en} ${target.en}`,
        `API 서버 ${subject.server}이(가) ${subject.who}의 자격 증명을 받아들이지 않아 ${target.ko}의 ${word.ko} 작업을 할 수 없습니다`,
      ),
      details: [],
    };
  const right = failure.status === 403 ? missingRight(failure.message) : undefined;
  if (right !== undefined) return { words: right, details: [] };
  const conflicts = failure.causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  if (failure.status === 409 && conflicts.length > 0) {
    const owners = conflicts.map((cause) => ({
      field: cause.field,
      manager: /^conflict with "([^"]*)"/.exec(cause.message)?.[1] ?? cause.message,
    }));
    const managers = [...new Set(owners.map((owner) => `"${owner.manager}"`))].join(', ');
    const paths = owners.map((owner) => owner.field).join(', ');
    return {
      words: text(
        `cannot apply ${target.en}: other field managers hold fields of it: ${managers} holds ${paths}`,
        `${target.ko}을(를) 적용할 수 없습니다. 다른 필드 관리자 ${managers}이(가) 다음 필드를 가지고 있습니다: ${paths}`,
      ),
      details: owners.map((owner) =>
        text(`${owner.field}: managed by "${owner.manager}"`, `${owner.field}: "${owner.manager}"이(가) 관리`),
      ),
    };
  }
  const told = failure.message === WITHHELD.en ? WITHHELD : text(failure.message, failure.message);
  return {
    words: text(
      `the API server refused to ${word.en} ${target.en} (${failure.status} ${failure.reason}): ${told.en}`,
      `API 서버가 ${target.ko}의 ${word.ko} 요청을 거부했습니다 (${failure.status} ${failure.reason}): ${told.ko}`,
    ),
    details: failure.causes
      .filter((cause) => cause.field !== '')
      .map((cause) => text(`${cause.field}: ${cause.message}`, `${cause.field}: ${cause.message}`)),
  };
}

/** Who lacks which right, from the words of the RBAC authorizer; undefined when another rule refused. */
function missingRight(message: string): Text | undefined {
  const found =
    /User "([^"]*)" cannot (\S+) (?:resource "([^"]*)"(?: in API group "([^"]*)")?|path "([^"]*)")(?: in the namespace "([^"]*)")?/.exec(
      message,
    );
  if (found === null) return undefined;
  const [, user = '', verb = '', resource, group, path, namespace] = found;
  const what = resource === undefined ? `${path}` : group ? `${resource}.${group}` : resource;
  return namespace === undefined
    ? text(
        `"${user}" has no right to ${verb} ${what} in the cluster; grant that verb or use another credential`,
        `"${user}"에게 클러스터의 ${what}에 대한 ${verb} 권한이 없습니다. 권한을 부여하거나 다른 자격 증명을 사용하세요`,
      )
    : text(
        `"${user}" has no right to ${verb} ${what} in namespace "${namespace}"; grant that verb or use another credential`,
        `"${user}"에게 네임스페이스 "${namespace}"의 ${what}에 대한 ${verb} 권한이 없습니다. 권한을 부여하거나 다른 자격 증명을 사용하세요`,
      );
}

function reasonOfStatus(status: number): string {
  if (status === 401) return 'Unauthorized';
  if (status === 403) return 'Forbidden';
  if (status === 404) return 'NotFound';
  if (status === 409) return 'Conflict';
  if (status === 410) return 'Expired';
  if (status === 429) return 'TooManyRequests';
  if (status === 503) return 'ServiceUnavailable';
  return status >= 500 ? 'InternalError' : 'Unknown';
}

/** In place of a server's words. */
const WITHHELD = text(
  'the server could not read the Secret (its words are left out: they may quote it)',
  '서버가 Secret을 해석하지 못했습니다 (내용이 인용될 수 있어 서버의 메시지는 생략합니다)',
);

/** A server quotes what it can't read, whole or cut: of a Secret nothing of such words may be kept. */
function concealed(words: string, status: number, subject: CallSubject): string {
  if (subject.secret === true && (status === 400 || status >= 500)) return WITHHELD.en;
  let safe = words;
  for (const value of subject.hidden ?? []) if (value.length >= 3) safe = safe.replaceAll(value, '[secret]');
  return safe;
}

/** The reason of a failed call, when it is one. */
export function failedWith(error: unknown): ApiFailure | undefined {
  return isTestbedError(error) && error instanceof KubernetesCallError ? error.failure : undefined;
}
