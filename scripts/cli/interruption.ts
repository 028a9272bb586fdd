import type { EventEmitter } from 'node:events';
import { interrupted } from './error-report';

/** One key press may arrive twice: npm forwards a signal that the terminal has sent to us as well. */
const SAME_PRESS_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** See Streams.interruptions. */
  readonly meaning: (how: 'quiet' | 'leave') => () => void;
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
  let meant: 'told' | 'quiet' | 'leave' = 'told';
  const arrived = (name: NodeJS.Signals): void => {
    // The program that has the terminal got it too, and it is that one's to say what it means.
    if (meant === 'leave' && name === 'SIGINT') return;
    if (firstAt === undefined) {
      firstAt = performance.now();
      if (meant === 'told') onFirst();
      controller.abort(interrupted());
    } else if (performance.now() - firstAt >= SAME_PRESS_MS) onSecond();
  };
  for (const name of SIGNALS) source.on(name, arrived);
  return {
    signal: controller.signal,
    meaning: (how) => {
      const before = meant;
      meant = how;
      return () => {
        meant = before;
      };
    },
    release: () => {
      for (const name of SIGNALS) source.off(name, arrived);
    },
  };
}
