import { createHmac, randomBytes } from 'node:crypto';

/** In front of every secret that we generate, so that a scanner (and our own test) finds one wherever it should not be. */
export const SECRET_PREFIX = 'tbs_';

const BYTES = 24;
const SEED_BYTES = 16;

/** Makes the secret of one purpose, such as `tb-x7k2p9/database-app`. */
export type SecretSource = (purpose: string) => string;

/**
 * Secrets of 192 bits, in characters that need no quoting in SQL, URIs and shells. From a seed (base64, 128 random bits or more) a purpose
 * has the same secret in every run, also when the record of an earlier one was lost; without a seed every call makes a new one.
 * Throws for a seed that is too short to be one.
 */
export function secretSource(seed?: string): SecretSource {
  if (seed === undefined) return () => encoded(randomBytes(BYTES));
  const key = Buffer.from(seed, 'base64');
  if (key.length < SEED_BYTES)
    throw new Error(`the seed of secrets has ${key.length} bytes: give ${SEED_BYTES} or more`);
  return (purpose) => encoded(createHmac('sha256', key).update(`testbed secret 1\0${purpose}`).digest());
}

function encoded(bytes: Buffer): string {
  return SECRET_PREFIX + bytes.subarray(0, BYTES).toString('base64url');
}
