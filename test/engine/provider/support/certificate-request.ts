import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { authorityCertificate, newKeyPem } from '../../../../x509/certificates';
import { bits, integer, objectIdentifier, sequence, setOf, utf8 } from '../../../../x509/der';

const COMMON_NAME = '2.5.4.3';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const NO_ATTRIBUTES = Buffer.from([0xa0, 0]);

/** A PKCS#10 request for that common name, as a CertificateSigningRequest takes it (base64 of PEM). */
export function issueCertificateRequest(commonName: string): string {
  const key = createPrivateKey(newKeyPem());
  const name = sequence(setOf(sequence(objectIdentifier(COMMON_NAME), utf8(commonName))));
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const asked = sequence(integer(Buffer.from([0])), name, publicKey, NO_ATTRIBUTES);
  const whole = sequence(asked, sequence(objectIdentifier(ECDSA_SHA256)), bits(sign('sha256', asked, key)));
  return pemOf('CERTIFICATE REQUEST', whole);
}

/** Some certificate, as the status of a request holds one (base64 of PEM). */
export function someCertificate(): string {
  const day = 86_400_000;
  const validity = { from: new Date(Date.now() - day), to: new Date(Date.now() + day) };
  return Buffer.from(authorityCertificate('test', newKeyPem(), validity)).toString('base64');
}

function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`).toString('base64');
}
