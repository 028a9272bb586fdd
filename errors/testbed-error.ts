import type { ErrorCode, Outcome } from './codes';
import { ERROR_CODES } from './codes';
import type { Text } from './text';

export interface TestbedErrorOptions {
  /** What to do next, best as a command to run. */
  readonly hint?: Text;
  /** Further lines, such as one a finding; shown below the message, in order. */
  readonly details?: readonly Text[];
  readonly cause?: unknown;
}

/**
 * The one error family. The message names the wrong value and what to change: lower case, no full stop.
 * `message` is the English text, so that logs and stack traces can be searched; the CLI prints the chosen language.
 */
export class TestbedError extends Error {
  readonly code: ErrorCode;
  readonly text: Text;
  readonly hint: Text | undefined;
  readonly details: readonly Text[];

  constructor(code: ErrorCode, text: Text, options: TestbedErrorOptions = {}) {
    super(text.en, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'TestbedError';
    this.code = code;
    this.text = text;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }

  get outcome(): Outcome {
    return ERROR_CODES[this.code];
  }
}

/** Whether `error` is ours and, when a code is given, that one. */
export function isTestbedError(error: unknown, code?: ErrorCode): error is TestbedError {
  return error instanceof TestbedError && (code === undefined || error.code === code);
}

/** The words of any thrown value, for messages that wrap it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
