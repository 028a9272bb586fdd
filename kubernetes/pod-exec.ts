import { text } from '../errors';
import { query } from './addresses';
import { callSubject } from './caller';
import { failureOf, refused } from './failures';
import { UnsafeJson, listAt, parseJson, stringAt } from './json';
import { podPath } from './pod-path';
import type { ClusterConnection } from './types';
import { unreadable } from './unreachable';
import { openWebSocket, type WebSocketLink } from './websocket';
import { nameOf } from './wording';

/** The first that can say that the input has ended. */
const PROTOCOL = 'v5.channel.k8s.io';
const CHANNELS = { input: 0, output: 1, errors: 2, status: 3, size: 4, close: 255 } as const;
const LARGEST_INPUT = 32 * 1024;
const LONGEST_STATUS = 64 * 1024;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ExecOptions {
  readonly namespace: string;
  readonly pod: string;
  /** Default: the pod's own default. */
  readonly container?: string | undefined;
  readonly command: readonly string[];
  /** A terminal in the pod: output and errors come as one. */
  readonly tty?: boolean;
  /** Its end is the end of the command's input; without it the command has none. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  /** Taken one after the other: what is not taken yet holds the command up. */
  readonly output: (chunk: Uint8Array) => Promise<void> | void;
  readonly errors: (chunk: Uint8Array) => Promise<void> | void;
  /** Sizes of the terminal, the first at once; with `tty` only. */
  readonly sizes?: AsyncIterable<TerminalSize> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a command in a container and resolves with its exit code, when all it wrote has been taken. The command is not ended with the signal: like
 * everything that lost its terminal it sees the end of its input. Throws KubernetesRefused (no right, no such pod, no such program),
 * KubernetesUnreachable when the connection breaks, the signal's reason.
 */
export async function execInPod(connection: ClusterConnection, options: ExecOptions): Promise<{ exitCode: number }> {
  const { namespace, pod, container, command, tty = false, input, signal } = options;
  const words = query({ container, stdin: input !== undefined, stdout: true, stderr: !tty, tty });
  const call = {
    verb: 'exec',
    target: nameOf({ kind: 'Pod', name: pod, namespace }),
  } as const;
  const link = await openWebSocket(connection, {
    ...call,
    path: `${podPath(namespace, pod)}/exec${words}${command.map((word) => `&command=${encodeURIComponent(word)}`).join('')}`,
    protocols: [PROTOCOL],
    signal,
  });
  const stop = (): void => link.close();
  signal?.addEventListener('abort', stop, { once: true });
  const feeds = new AbortController();
  try {
    if (input !== undefined) feed(link, CHANNELS.input, input, feeds.signal, true);
    if (options.sizes !== undefined && tty) feed(link, CHANNELS.size, sizeWords(options.sizes), feeds.signal, false);
    const status = await receive(link, options);
    signal?.throwIfAborted();
    if (status === undefined)
      throw unreadable(
        connection.server,
        'ConnectionReset',
        text('the connection broke while the command ran', '명령을 실행하는 동안 연결이 끊어졌습니다'),
      );
    const parsed = parsedStatus(status);
    if (stringAt(parsed, 'status') === 'Success') return { exitCode: 0 };
    const exitCode = exitCodeOf(parsed);
    if (exitCode !== undefined) return { exitCode };
    const subject = callSubject(connection, call);
    throw refused(subject, failureOf(200, parsed, undefined, subject));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    feeds.abort();
    signal?.removeEventListener('abort', stop);
    link.close();
  }
}

async function receive(link: WebSocketLink, { output, errors }: ExecOptions): Promise<string | undefined> {
  let status = '';
  for await (const message of link.messages) {
    const payload = message.subarray(1);
    if (payload.length === 0) continue;
    if (message[0] === CHANNELS.output) await output(payload);
    if (message[0] === CHANNELS.errors) await errors(payload);
    if (message[0] !== CHANNELS.status) continue;
    status += payload.toString('utf8');
    // It comes last, as one message; what follows is the end.
    if (status.length > LONGEST_STATUS || isWhole(status)) break;
  }
  return status === '' ? undefined : status;
}

/** Sends what comes until it ends, the command does, or nobody takes it any more. */
function feed(
  link: WebSocketLink,
  channel: number,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  sayEnd: boolean,
): void {
  const sending = async (): Promise<void> => {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += LARGEST_INPUT) {
        if (signal.aborted) return;
        await link.send(Buffer.concat([Buffer.from([channel]), chunk.subarray(at, at + LARGEST_INPUT)]));
      }
      if (signal.aborted) return;
    }
    if (sayEnd && !signal.aborted) await link.send(Buffer.from([CHANNELS.close, channel]));
  };
  // A link that broke is told by the one who reads it.
  sending().catch(() => undefined);
}

async function* sizeWords(sizes: AsyncIterable<TerminalSize>): AsyncGenerator<Uint8Array> {
  for await (const { columns, rows } of sizes) yield Buffer.from(JSON.stringify({ Width: columns, Height: rows }));
}

function isWhole(words: string): boolean {
  return parsedStatus(words) !== words;
}

function parsedStatus(words: string): unknown {
  try {
    return parseJson(words);
  } catch (error) {
    if (error instanceof UnsafeJson) return words;
    throw error;
  }
}

function exitCodeOf(status: unknown): number | undefined {
  if (stringAt(status, 'reason') !== 'NonZeroExitCode') return undefined;
  const cause = listAt(status, 'details', 'causes').find((one) => stringAt(one, 'reason') === 'ExitCode');
  const words = stringAt(cause, 'message') ?? '';
  return /^\d{1,3}$/.test(words) ? Number(words) : undefined;
}
