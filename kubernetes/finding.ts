import type { Text } from '../errors';

/** One thing that was looked at; `unknown` where it could not be told from here. */
export interface Finding {
  readonly id: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly title: Text;
  readonly detail: Text;
  /** What mends it. */
  readonly remedy?: Text;
}
