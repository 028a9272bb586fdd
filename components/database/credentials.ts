import { createHash, createHmac, randomBytes } from 'node:crypto';
import { loginSecretName, type DatabaseLogin } from './engine';
import type { ServerCertificate } from './server-certificate';

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

/** The purpose of a login's password. The first version has the name that it had before there were versions. */
export function passwordPurpose(testbed: string, role: DatabaseLogin['role'], version: number): string {
  return `${testbed}/${loginSecretName(role)}${version === 1 ? '' : `/${version}`}`;
}

/** What the server starts with, as the `data` of a Secret: a password for each role, `tls.crt`, `tls.key`, and the clients' `ca.crt`. */
export function credentialsData(
  passwords: Readonly<Record<string, string>>,
  certificate: ServerCertificate,
): Record<string, string> {
  const files = {
    ...passwords,
    'tls.crt': certificate.certPem,
    'tls.key': certificate.keyPem,
    'ca.crt': certificate.authorityPem,
  };
  return Object.fromEntries(
    Object.entries(files).map(([key, content]) => [key, Buffer.from(content).toString('base64')]),
  );
}

/** A key of a Secret's `data`, as text. Throws when it is not there. */
export function decoded(data: Readonly<Record<string, string>>, key: string): string {
  const value = data[key];
  if (value === undefined) throw new Error(`the credentials of the database lack ${key}`);
  return Buffer.from(value, 'base64').toString('utf8');
}

/** Of something public: 16 hex digits that change with it. */
export function fingerprint(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
