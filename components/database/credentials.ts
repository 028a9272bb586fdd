import { randomBytes } from 'node:crypto';

/** In front of every secret that we generate, so that a scanner (and our own test) finds one wherever it should not be. */
export const SECRET_PREFIX = 'tbs_';

const ENTROPY_BYTES = 24;

/** A new secret of 192 bits, in characters that need no quoting in SQL, URIs and shells. */
export function generateSecret(): string {
  return `${SECRET_PREFIX}${randomBytes(ENTROPY_BYTES).toString('base64url')}`;
}
