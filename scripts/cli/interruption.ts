import type { EventEmitter } from 'node:events';
import { interrupted } from './error-report';

/** One key press may arrive twice: npm forwards a signal that the terminal has sent to us as well. */
const SAME_PRESS_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signals back to whoever had them. */
  readonly release: () => void;
}

export interface InterruptionOptions {
  /** Where signals arrive: the process. */
  readonly source: EventEmitter;
  readonly onFirst: () => void;
  /** Asked to end at once: must not return to waiting. */
  readonly onSecond: () => void;
}

/** Turns the first SIGINT (SIGTERM, SIGHUP) into an abort, so that work can end in order, and the second into an end at once. */
export function watchInterruption({ source, onFirst, onSecond }: InterruptionOptions): Interruption {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const arrived = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      onFirst();
      controller.abort(interrupted());
    } else if (performance.now() - firstAt >= SAME_PRESS_MS) onSecond();
  };
  for (const name of SIGNALS) source.on(name, arrived);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) source.off(name, arrived);
    },
  };
}
