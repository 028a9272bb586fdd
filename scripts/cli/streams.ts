import type { Readable } from 'node:stream';
import type { Outlet, Streams, Terminal } from '../../operations/streams';
import { escapeLog } from './foreign-text';
import type { WritableStream } from './output';

/** Standard input, with what a terminal has besides. */
export type StandardInput = Readable & { readonly isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };

export interface StreamsCall {
  readonly stdin: () => StandardInput;
  readonly stdout: WritableStream;
  readonly stderr: WritableStream;
}

export interface StreamsWith {
  readonly interruptions: Streams['interruptions'];
  /** Makes room for what is written: live lines stand on the same terminal. */
  readonly before: () => void;
}

/** The streams of a call for commands that talk while they work; nothing is opened before it is used. */
export function openStreams({ stdin, stdout, stderr }: StreamsCall, { interruptions, before }: StreamsWith): Streams {
  return {
    output: outlet(stdout, before),
    errors: outlet(stderr, before),
    interruptions,
    input: () => {
      const input = stdin();
      return {
        chunks: input as AsyncIterable<Uint8Array>,
        end: () => {
          // Its reader may still wait for the next key: that ends it, and is told to nobody.
          input.on('error', () => undefined);
          input.destroy();
        },
      };
    },
    get terminal() {
      const { rows } = stdout;
      if (stdout.isTTY !== true || rows === undefined) return undefined;
      const input = stdin();
      return input.isTTY === true && input.setRawMode !== undefined ? terminalOf(input, stdout) : undefined;
    },
  };
}

function terminalOf(input: StandardInput, stdout: WritableStream): Terminal {
  const size = (): { columns: number; rows: number } => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  return {
    raw: () => {
      input.setRawMode?.(true);
      return () => void input.setRawMode?.(false);
    },
    async *sizes(signal) {
      yield size();
      for (;;) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            stdout.off?.('resize', wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          stdout.once?.('resize', wake);
          signal.addEventListener('abort', wake, { once: true });
          if (signal.aborted) wake();
        });
        if (signal.aborted) return;
        yield size();
      }
    },
  };
}

function outlet(stream: WritableStream, before: () => void): Outlet {
  const decoder = new TextDecoder();
  const write = (chunk: string | Uint8Array): Promise<boolean> => {
    before();
    // The error of a reader that went away is the output port's to judge.
    return new Promise((resolve) => void stream.write(chunk, (error) => resolve(!error)));
  };
  return {
    write,
    show: (chunk) => {
      if (stream.isTTY !== true) return write(chunk);
      const words = escapeLog(decoder.decode(chunk, { stream: true }));
      return words === '' ? Promise.resolve(true) : write(words);
    },
  };
}
