import { text } from '../errors';
import { query } from './addresses';
import type { Call, Caller } from './caller';
import { UnsafeJson, isFields, parseJson, stringAt, fieldsAt } from './json';
import { isKubernetesObject } from './objects';
import type { WireStream } from './transport';
import type { ListOptions, WatchEvent } from './types';
import { unreadable } from './unreachable';
import { namesOfAll } from './wording';

export type WatchOptions = ListOptions & { readonly resourceVersion?: string; readonly timeoutSeconds?: number };

const WATCH_SECONDS = 300;

/** The events of one watch (see KubernetesClient.watch): ends when the signal or the server ends it, throws when it breaks. */
export async function* watchObjects(
  caller: Caller,
  server: string,
  path: string,
  kind: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds = WATCH_SECONDS, signal } = options;
  const selection = { labelSelector, fieldSelector, resourceVersion, timeoutSeconds };
  const wanted = query({ watch: true, allowWatchBookmarks: true, ...selection });
  const call: Call = {
    verb: 'watch',
    target: namesOfAll(kind, namespace),
    safety: 'never',
    request: { method: 'GET', path: `${path}${wanted}`, accept: 'application/json', signal },
  };
  let stream: WireStream | undefined;
  try {
    stream = await caller.stream(call, (timeoutSeconds + 30) * 1000);
    for await (const event of watchEvents(server, stream.chunks)) {
      if (event.type === 'ERROR') throw caller.refusal(call, event.status);
      yield event;
    }
  } catch (error) {
    // The reader asked for the end.
    if (signal?.aborted === true) return;
    throw caller.broken(error, undefined);
  } finally {
    stream?.end();
  }
}

/** An object is at most 1.5 MiB in etcd; as JSON with escapes it may be several times that. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** An ERROR event: the Status in it. */
interface WatchError {
  readonly type: 'ERROR';
  readonly status: unknown;
}

/** Cuts a stream into the events on its lines. Throws KubernetesUnreachable for a line that is too long or not an event. */
async function* watchEvents(
  server: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent | WatchError> {
  const decoder = new TextDecoder('utf-8');
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) {
        const line = parts.join('');
        parts = [];
        length = 0;
        if (line.trim() !== '') yield eventOf(server, line);
      }
      if (piece === '') continue;
      parts.push(piece);
      length += piece.length;
      if (length > LONGEST_LINE)
        throw unreadable(
          server,
          'AnswerTooLarge',
          text('one event of a watch is longer than 16 MiB', '감시 이벤트 하나가 16 MiB보다 깁니다'),
        );
    }
  }
  // What is left without its end of line was cut off: the object in it can't be trusted to be whole.
}

function eventOf(server: string, line: string): WatchEvent | WatchError {
  let event: unknown;
  try {
    event = parseJson(line);
  } catch (error) {
    if (!(error instanceof UnsafeJson)) throw error;
    throw unreadable(
      server,
      'AnswerUnreadable',
      text(`an event of a watch cannot be read: ${error.message}`, `감시 이벤트를 읽을 수 없습니다: ${error.message}`),
    );
  }
  const type = stringAt(event, 'type');
  const object = isFields(event) ? event['object'] : undefined;
  if (type === 'ERROR') return { type, status: object };
  if (type === 'BOOKMARK')
    return { type, resourceVersion: stringAt(fieldsAt(object, 'metadata'), 'resourceVersion') ?? '' };
  if ((type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') && isKubernetesObject(object))
    return { type, object };
  throw unreadable(
    server,
    'AnswerUnreadable',
    text('a line of a watch is not an event', '감시 응답의 한 줄이 이벤트가 아닙니다'),
  );
}
