import type { OnProgress, Text } from '../../errors';
import { verbatim } from '../../errors';
import type { Tool } from './tool';
import { titleOf } from './tool-errors';

export interface StepReporter {
  /** What is going on now; shown with the next `update`. */
  readonly detail: (detail: Text) => void;
  readonly close: (state: 'done' | 'failed', detail: Text | undefined) => void;
}

/** Reports one tool's step: `start` now, `update` every `everyMs` while it goes on, and its end. */
export function openStep(
  tool: Tool,
  index: number,
  total: number,
  everyMs: number,
  onProgress: OnProgress | undefined,
): StepReporter {
  if (onProgress === undefined) return { detail: () => undefined, close: () => undefined };
  const since = performance.now();
  const head = { id: `tool:${tool.name}`, title: verbatim(titleOf(tool)), index, total };
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
