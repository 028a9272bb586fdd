import type { Text } from '../errors';

export type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly reason: Text }
  /** It will not get ready by waiting. */
  | { readonly state: 'failed'; readonly reason: Text };

export const READY: Readiness = { state: 'ready' };

export function waiting(reason: Text): Readiness {
  return { state: 'waiting', reason };
}

export function failed(reason: Text): Readiness {
  return { state: 'failed', reason };
}
