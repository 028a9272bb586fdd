import type { OnProgress, Text } from '../../errors';

const UPDATE_MS = 2_000;

export interface Step {
  /** What is going on now; shown with the next `update`. */
  readonly detail: (detail: Text) => void;
  readonly close: (state: 'done' | 'failed', detail?: Text) => void;
}

/** Reports one step: `start` now, `update` every two seconds while it goes on, and its end. */
export function openStep(
  id: string,
  title: Text,
  position: { readonly index: number; readonly total: number } | undefined,
  onProgress: OnProgress | undefined,
): Step {
  if (onProgress === undefined) return { detail: () => undefined, close: () => undefined };
  const since = performance.now();
  const head = { id, title, ...position };
  let latest: Text | undefined;
  const report = (state: 'update' | 'done' | 'failed', detail: Text | undefined): void =>
    onProgress({
      ...head,
      state,
      elapsedMs: Math.round(performance.now() - since),
      ...(detail === undefined ? {} : { detail }),
    });
  onProgress({ ...head, state: 'start' });
  const timer = setInterval(() => report('update', latest), UPDATE_MS);
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
