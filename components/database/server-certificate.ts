import { authorityCertificate, issueCertificate, newKeyPem, type KeyPairPem } from '../../x509/certificates';

/** What a server proves itself with, and what its clients know it by. */
export interface ServerCertificate extends KeyPairPem {
  /** Certificate of the authority that signed the server's: the clients' trust anchor. */
  readonly authorityPem: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Twice the longest time that a spec may ask for: most databases never see a second certificate. */
const LIFE_MS = 730 * DAY_MS;
/** Clocks of nodes and clients may be behind ours. */
const CLOCK_SKEW_MS = 10 * 60 * 1000;

/**
 * A new key and certificate of a server, signed by an authority that is made for this one signature: its key is kept nowhere, so that
 * nobody can ever sign a second certificate that its clients would trust. Valid for two years. `names`: the first is also the common name.
 */
export function newServerCertificate(names: readonly [string, ...string[]], now: Date): ServerCertificate {
  const second = Math.floor((now.getTime() - CLOCK_SKEW_MS) / 1000) * 1000;
  const validity = { from: new Date(second), to: new Date(second + LIFE_MS) };
  const authority = { commonName: `authority of ${names[0]}`.slice(0, 64), keyPem: newKeyPem() };
  const authorityPem = authorityCertificate(authority.commonName, authority.keyPem, validity);
  const pair = issueCertificate(authority, { commonName: names[0], usages: ['server'], dnsNames: names }, validity);
  return { ...pair, authorityPem };
}
