import type { StepEvent } from '../../errors';
import type { Surroundings } from '../../operations/surroundings';

/** Those of a site at `home`, whose cluster is the embedded one; progress goes to standard error. */
export function realNodeSurroundings(home: string): Surroundings {
  return {
    environment: { ...process.env, TESTBED_HOME: home },
    cwd: home,
    now: () => new Date(),
    language: 'en',
    onProgress: say,
    onWarning: () => undefined,
    confirm: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
}

/** What takes long is told: tools and images that are built, and the start. */
function say({ state, title, elapsedMs = 0 }: StepEvent): void {
  if (state === 'start' || state === 'update' || elapsedMs < 1000) return;
  process.stderr.write(`real node: ${title.en} ${state} (${(elapsedMs / 1000).toFixed(1)} s)\n`);
}
