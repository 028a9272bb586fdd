/** A Retry-After header, in seconds or as a date of HTTP: milliseconds from `now` (0 when the date has passed); undefined when it says neither. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const words = header.trim();
  if (/^\d{1,6}$/.test(words)) return Number(words) * 1000;
  // Only the form that is written today: Date.parse would take "5" or "1e3" for a year.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(words)) return undefined;
  const at = Date.parse(words);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
