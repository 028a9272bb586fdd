import type { OnProgress, Text } from '../errors';

const UPDATE_MS = 2_000;

export interface Step {
  /** What is going on now; shown with the next `update`. */
  readonly detail: (detail: Text) => void;
  readonly close: (state: 'done' | 'failed', detail?: Text) => void;
}

export interface StepHead {
  readonly id: string;
  readonly title: Text;
  readonly index?: number;
  readonly total?: number;
}

/** Reports one step: `start` now, `update` every `everyMs` (default 2 s) while it goes on, and its end. */
export function openStep(head: StepHead, onProgress: OnProgress | undefined, everyMs = UPDATE_MS): Step {
  if (onProgress === undefined) return { detail: () => undefined, close: () => undefined };
  const since = performance.now();
  let latest: Text | undefined;
  const report = (state: 'update' | 'done' | 'failed', detail: Text | undefined): void =>
    onProgress({
      ...head,
      state,
      elapsedMs: Math.round(performance.now() - since),
      ...(detail === undefined ? {} : { detail }),
    });
  onProgress({ ...head, state: 'start' });
  const timer = setInterval(() => report('update', latest), everyMs);
  timer.unref();
  return {
    detail: (detail) => {
      latest = detail;
    },
    close: (state, detail) => {
      clearInterval(timer);
      report(state, detail);
    },
  };
}
