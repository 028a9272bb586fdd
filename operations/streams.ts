import type { TerminalSize } from '../kubernetes/pod-exec';

/** One of the two ways out, for a use case that goes on talking while it works. */
export interface Outlet {
  /** Bytes as they are. Resolves when they are taken; false: nobody reads any more, and nothing more need be said. */
  write(chunk: Uint8Array): Promise<boolean>;
  /** Foreign text: as it is to a file or another program, without what moves a cursor to a terminal. */
  show(chunk: Uint8Array): Promise<boolean>;
}

/** The streams of whoever calls. */
export interface Streams {
  readonly output: Outlet;
  readonly errors: Outlet;
  /** Standard input, opened when it is first asked for; `end` gives it up, so that nobody waits for it. */
  input(): { readonly chunks: AsyncIterable<Uint8Array>; end(): void };
  /** The terminal that input and output both are; undefined where either is something else. */
  readonly terminal: Terminal | undefined;
  /**
   * What Ctrl-C means from now on: `quiet`, it ends the work in order and nothing more is said of it; `leave`, it is for the program that has the
   * terminal, not for us. The returned function makes it what it was.
   */
  interruptions(how: 'quiet' | 'leave'): () => void;
}

export interface Terminal {
  /** Keys go through as they are pressed; the returned function gives the terminal back as it was. */
  raw(): () => void;
  /** The size now, then each new one, until the signal. */
  sizes(signal: AbortSignal): AsyncIterable<TerminalSize>;
}
