import type { Language, TestbedError, Text } from '../../errors';
import { blockText, paint, type Style } from './block-lines';
import { jsonDocument, yamlDocument } from './documents';
import { errorLines, errorObject } from './error-report';
import { escapeDocument, escapeLines } from './foreign-text';
import type { OutputFormat } from './global-flags';
import { localised } from './localised';
import type { Block } from './view';

/** The part of a process' stream that we use; tests give their own. */
export interface WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(chunk: string | Uint8Array, done?: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  /** A terminal tells of its new size. */
  once?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

/** Where lines for a person go while work goes on: standard error, known as a terminal or not. */
export interface DiagnosticSink {
  readonly terminal: boolean;
  readonly style: Style;
  /** Columns of the terminal, now; 80 where there is none. */
  readonly columns: () => number;
  readonly write: (words: string) => void;
}

/** The one way to standard output and standard error: the result goes to the first, everything else to the second. */
export interface Output {
  readonly diagnostics: DiagnosticSink;
  /** Whether plain progress lines are wanted: not where a program reads standard error as JSON. */
  readonly progressWanted: boolean;
  /** The result, in the form that was asked for. */
  result(result: object, blocks: readonly Block[]): void;
  /** Plain text on standard output that is no result of a command: help, version. */
  document(words: string): void;
  /** The same on standard error: help where none was asked for. */
  notice(words: string): void;
  warning(warning: Text): void;
  error(error: TestbedError): void;
}

export interface OutputOptions {
  readonly stdout: WritableStream;
  readonly stderr: WritableStream;
  readonly environment: NodeJS.ProcessEnv;
  readonly language: Language;
  readonly format: OutputFormat;
}

/** Opens the port on two streams. A reader that went away (EPIPE) ends the writing to it and nothing else. */
export function openOutput({ stdout, stderr, environment, language, format }: OutputOptions): Output {
  const out = guarded(stdout);
  const err = guarded(stderr);
  const resultStyle: Style = { language, colour: colourWanted(stdout, environment) };
  const style: Style = { language, colour: colourWanted(stderr, environment) };
  const terminal = stderr.isTTY === true && environment['TERM'] !== 'dumb';
  // Whoever asked for JSON gets JSON on both streams, one object a line on standard error.
  const machine = format === 'json';
  return {
    diagnostics: {
      terminal,
      style, // A terminal that nobody gave a size says 0.
      columns: () => stderr.columns || 80,
      write: err,
    },
    progressWanted: terminal || !machine,
    result: (result, blocks) => {
      if (format === 'json') out(jsonDocument(localised(result, language)));
      else if (format === 'yaml') out(yamlDocument(localised(result, language)));
      else out(blockText(blocks, resultStyle));
    },
    document: (words) => out(escapeLines(words)),
    notice: (words) => err(escapeLines(words)),
    warning: (warning) => {
      if (machine) err(`${escapeDocument(JSON.stringify({ warning: warning[language] }))}\n`);
      else
        err(
          `${paint('warn', language === 'ko' ? '경고:' : 'warning:', style)} ${indented(escapeLines(warning[language]))}\n`,
        );
    },
    error: (error) => {
      if (machine) err(`${escapeDocument(JSON.stringify(errorObject(error, language)))}\n`);
      else err(`${errorLines(error, style).join('\n')}\n`);
    },
  };
}

/** The streams of this process. */
export function processStreams(): { readonly stdout: WritableStream; readonly stderr: WritableStream } {
  return { stdout: process.stdout, stderr: process.stderr };
}

function guarded(stream: WritableStream): (words: string) => void {
  let open = true;
  stream.on('error', (error) => {
    open = false;
    // `testbed list | head -1`: the reader has what it wanted. Anything else (a full disk behind `>`) must not pass unseen.
    if (error.code !== 'EPIPE') throw error;
  });
  return (words) => {
    if (open && words !== '') stream.write(words);
  };
}

function colourWanted(stream: WritableStream, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}

function indented(words: string): string {
  return words.replaceAll('\n', '\n  ');
}
