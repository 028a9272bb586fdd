const FIRST_MS = 200;
const LONGEST_MS = 30_000;
const HEALTHY_MS = 60_000;

/** The pause before the next start, in milliseconds: 200, doubled up to 30 s; what ran for a minute begins anew. */
export function nextPause(previous: number | undefined, ranMs: number): number {
  if (previous === undefined || ranMs >= HEALTHY_MS) return FIRST_MS;
  return Math.min(previous * 2, LONGEST_MS);
}
