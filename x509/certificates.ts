import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octets,
  sequence,
  setOf,
  time,
  utf8,
} from './der';

export interface KeyPairPem {
  readonly certPem: string;
  readonly keyPem: string;
}

/** What a leaf certificate says. */
export interface LeafRequest {
  /** The user of a client, the name of a server. */
  readonly commonName: string;
  /** The groups of a client. */
  readonly organizations?: readonly string[];
  readonly usages: readonly ('client' | 'server')[];
  readonly dnsNames?: readonly string[];
  /** IPv4 only: everything here is on loopback or in the service range. */
  readonly addresses?: readonly string[];
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** A new ECDSA P-256 key as PEM. `sec1` is the older form, the only one from which the API server takes the public half of a private key. */
export function newKeyPem(type: 'pkcs8' | 'sec1' = 'pkcs8'): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type, format: 'pem' }).toString();
}

function distinguishedName(commonName: string, organizations: readonly string[] = []): Buffer {
  const part = (oid: string, value: string) => setOf(sequence(objectIdentifier(oid), utf8(value)));
  return sequence(...organizations.map((name) => part(OID.organization, name)), part(OID.commonName, commonName));
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octets(value));
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  const jwk = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(jwk.x ?? '', 'base64url'),
    Buffer.from(jwk.y ?? '', 'base64url'),
  ]);
  return createHash('sha1').update(point).digest();
}

function alternativeName(request: LeafRequest): Buffer {
  const names = (request.dnsNames ?? []).map((name) => implicit(2, Buffer.from(name, 'ascii')));
  const addresses = (request.addresses ?? []).map((address) => {
    if (!isIPv4(address)) throw new Error(`not an IPv4 address: ${address}`);
    return implicit(7, Buffer.from(address.split('.').map(Number)));
  });
  return sequence(...names, ...addresses);
}

function signed(fields: {
  issuer: Buffer;
  subject: Buffer;
  validity: Validity;
  publicKey: KeyObject;
  signingKey: KeyObject;
  extensions: readonly Buffer[];
}): string {
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256));
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    fields.issuer,
    sequence(time(fields.validity.from), time(fields.validity.to)),
    fields.subject,
    fields.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...fields.extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, fields.signingKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The self-signed certificate of a CA over a key that may have had one before: what it signed stays valid under the new one. */
export function authorityCertificate(commonName: string, keyPem: string, validity: Validity): string {
  const signingKey = createPrivateKey(keyPem);
  const publicKey = createPublicKey(signingKey);
  const name = distinguishedName(commonName);
  return signed({
    issuer: name,
    subject: name,
    validity,
    publicKey,
    signingKey,
    extensions: [
      // Path length 0: this CA signs leaves and no further CA.
      extension(OID.basicConstraints, true, sequence(boolean(true), integer(Buffer.from([0])))),
      // keyCertSign and cRLSign.
      extension(OID.keyUsage, true, bits(Buffer.from([0x06]), 1)),
      extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier(publicKey))),
    ],
  });
}

/** A certificate with a new key, signed by the CA. `issuer` is the common name of the CA. */
export function issueCertificate(
  issuer: { readonly commonName: string; readonly keyPem: string },
  request: LeafRequest,
  validity: Validity,
): KeyPairPem {
  const signingKey = createPrivateKey(issuer.keyPem);
  const keyPem = newKeyPem();
  const publicKey = createPublicKey(keyPem);
  const hasNames = (request.dnsNames ?? []).length + (request.addresses ?? []).length > 0;
  const usages = request.usages.map((usage) => objectIdentifier(usage === 'server' ? OID.serverAuth : OID.clientAuth));
  const certPem = signed({
    issuer: distinguishedName(issuer.commonName),
    subject: distinguishedName(request.commonName, request.organizations),
    validity,
    publicKey,
    signingKey,
    extensions: [
      extension(OID.basicConstraints, true, sequence()),
      // digitalSignature.
      extension(OID.keyUsage, true, bits(Buffer.from([0x80]), 7)),
      extension(OID.extendedKeyUsage, false, sequence(...usages)),
      extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier(publicKey))),
      extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier(createPublicKey(signingKey))))),
      ...(hasNames ? [extension(OID.subjectAltName, false, alternativeName(request))] : []),
    ],
  });
  return { certPem, keyPem };
}
