import { text, type Text } from '../errors';
import type { ObjectReference } from './types';

/** What was asked of the server, for messages. */
export type CallVerb =
  | 'get'
  | 'list'
  | 'create'
  | 'apply'
  | 'patch'
  | 'delete'
  | 'watch'
  | 'discover'
  | 'call'
  | 'exec'
  | 'forward'
  | 'log';

const VERBS: Readonly<Record<CallVerb, Text>> = {
  get: text('read', '조회'),
  list: text('list', '목록 조회'),
  create: text('create', '생성'),
  apply: text('apply', '적용'),
  patch: text('change', '변경'),
  delete: text('delete', '삭제'),
  watch: text('watch', '감시'),
  discover: text('discover', '종류 확인'),
  call: text('call', '호출'),
  exec: text('run a command in', '명령 실행'),
  forward: text('forward a port of', '포트 포워딩'),
  log: text('read the log of', '로그 조회'),
};

export function wordOf(verb: CallVerb): Text {
  return VERBS[verb];
}

/** `ConfigMap "a" in namespace "b"` */
export function nameOf(reference: Pick<ObjectReference, 'kind' | 'name' | 'namespace'>): Text {
  const { kind, name, namespace } = reference;
  return namespace === undefined
    ? text(`${kind} "${name}"`, `${kind} "${name}"`)
    : text(`${kind} "${name}" in namespace "${namespace}"`, `네임스페이스 "${namespace}"의 ${kind} "${name}"`);
}

/** `ConfigMap objects in namespace "b"` */
export function namesOfAll(kind: string, namespace: string | undefined): Text {
  return namespace === undefined
    ? text(`${kind} objects`, `${kind} 객체`)
    : text(`${kind} objects in namespace "${namespace}"`, `네임스페이스 "${namespace}"의 ${kind} 객체`);
}

const LONGEST_WORDS = 4096;

/** Words of a server for a terminal: no control characters, no characters that turn the direction of text, bounded. */
export function plainWords(words: string): string {
  const plain = words
    .slice(0, 4 * LONGEST_WORDS)
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return plain.length > LONGEST_WORDS ? `${plain.slice(0, LONGEST_WORDS)}...` : plain;
}
