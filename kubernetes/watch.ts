import { text } from '../errors';
import { UnsafeJson, isFields, parseJson, stringAt, fieldsAt } from './json';
import { isKubernetesObject } from './objects';
import type { WatchEvent } from './types';
import { unreadable } from './unreachable';

/** An object is at most 1.5 MiB in etcd; as JSON with escapes it may be several times that. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** An ERROR event: the Status in it. */
export interface WatchError {
  readonly type: 'ERROR';
  readonly status: unknown;
}

/** Cuts a stream into the events on its lines. Throws KubernetesUnreachable for a line that is too long or not an event. */
export async function* watchEvents(
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
