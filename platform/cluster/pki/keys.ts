import { X509Certificate, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { TestbedError, text } from '../../../errors';
import { nodeAuthorityFile } from '../config/real-node-configs';
import { nodePaths } from '../config/real-node-facts';
import { authorityFile, pairFile, type ClusterLayout } from '../layout';
import { readSmallFile, writePrivateFile } from '../private-files';
import {
  authorityCertificate,
  issueCertificate,
  newKeyPem,
  type KeyPairPem,
  type LeafRequest,
} from '../../../x509/certificates';
import {
  AUTHORITIES,
  keptCertificates,
  type AuthorityName,
  type KeptCertificate,
  type NodeAddresses,
} from './identities';

const DAY = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFE = 3650 * DAY;
const LEAF_LIFE = 365 * DAY;

/** When the CA of the API and the shortest-lived of all kept certificates end. */
export interface CertificateEnds {
  readonly authority: Date;
  readonly first: Date;
}

function damaged(path: string, cause: unknown): TestbedError {
  return new TestbedError(
    'ClusterDamaged',
    text(`the key file ${path} can't be read`, `키 파일 ${path}을(를) 읽을 수 없습니다`),
    {
      hint: text(
        'restore the file from a backup, or start anew without the data: testbed cluster down --data',
        '백업에서 파일을 복원하거나, 데이터를 버리고 새로 시작하세요: testbed cluster down --data',
      ),
      cause,
    },
  );
}

/** Reads certificate and key from one file; undefined when it is missing. Throws ClusterDamaged when its content is not a pair. */
export function readPair(path: string): KeyPairPem | undefined {
  const content = readSmallFile(path);
  if (content === undefined) return undefined;
  const certPem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(content)?.[0];
  const keyPem = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n/.exec(content)?.[0];
  if (certPem === undefined || keyPem === undefined) throw damaged(path, undefined);
  try {
    new X509Certificate(certPem);
    createPublicKey(keyPem);
  } catch (error) {
    throw damaged(path, error);
  }
  return { certPem, keyPem };
}

function writePair(path: string, pair: KeyPairPem): void {
  writePrivateFile(path, pair.certPem + pair.keyPem);
}

/** Whether less than a third of the life is left, or it has not begun. */
function isDue(certPem: string, now: Date): boolean {
  const certificate = new X509Certificate(certPem);
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return now.getTime() < from || to - now.getTime() < (to - from) / 3;
}

function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

/** No leaf may outlive its CA: verifiers would differ about what that means. */
function lifeFrom(now: Date, milliseconds: number, authorityPem?: string): { from: Date; to: Date } {
  const from = wholeSecond(now);
  const end = from.getTime() + milliseconds;
  const bound = authorityPem === undefined ? end : new X509Certificate(authorityPem).validToDate.getTime();
  return { from, to: new Date(Math.min(end, bound)) };
}

function ensureAuthority(
  layout: ClusterLayout,
  name: AuthorityName,
  now: Date,
): { pair: KeyPairPem; renewed: boolean } {
  const path = pairFile(layout, `${name}-ca`);
  const present = readPair(path);
  const renewed = present === undefined || isDue(present.certPem, now);
  // The same key and name again: what the CA signed before stays valid under its new certificate.
  const keyPem = present?.keyPem ?? newKeyPem();
  const pair = renewed
    ? { keyPem, certPem: authorityCertificate(AUTHORITIES[name], keyPem, lifeFrom(now, AUTHORITY_LIFE)) }
    : present;
  if (renewed) writePair(path, pair);
  ensureFile(authorityFile(layout, `${name}-ca`), pair.certPem);
  return { pair, renewed };
}

/** Where a certificate is kept. */
function fileOf(layout: ClusterLayout, { name, place }: KeptCertificate): string {
  return place === 'node' ? join(nodePaths(layout).pki, `${name}.pem`) : pairFile(layout, name);
}

/**
 * Makes what is missing and renews what has less than a third of its life left: CAs live 10 years, the others one.
 * Every component reads its files again by itself, so that nothing has to be restarted. Returns the names of what was written.
 * With `node` also what a real node needs; its folder must be there.
 */
export function ensureKeys(layout: ClusterLayout, now: Date, node?: NodeAddresses): readonly string[] {
  const written: string[] = [];
  const authorities = {
    cluster: ensureAuthority(layout, 'cluster', now),
    etcd: ensureAuthority(layout, 'etcd', now),
    frontProxy: ensureAuthority(layout, 'frontProxy', now),
  };
  for (const [name, { renewed }] of Object.entries(authorities)) if (renewed) written.push(`${name}-ca`);
  if (node !== undefined) ensureFile(nodeAuthorityFile(layout), authorities.cluster.pair.certPem);
  for (const kept of keptCertificates(node)) {
    const path = fileOf(layout, kept);
    const present = readPair(path);
    const authority = authorities[kept.authority].pair;
    const isGood =
      present !== undefined &&
      !isDue(present.certPem, now) &&
      isSignedBy(present.certPem, authority.certPem) &&
      isForAll(present.certPem, kept);
    if (isGood) continue;
    writePair(
      path,
      issueCertificate(
        { commonName: AUTHORITIES[kept.authority], keyPem: authority.keyPem },
        kept,
        lifeFrom(now, LEAF_LIFE, authority.certPem),
      ),
    );
    written.push(kept.name);
  }
  const servicePrivate = serviceAccountKeyFile(layout);
  if (readSmallFile(servicePrivate) === undefined) {
    writePrivateFile(servicePrivate, newKeyPem('sec1'));
    written.push('service-account');
  }
  return written;
}

/** Whether it names every address that it should: those of a node may change. */
function isForAll(certPem: string, { addresses = [] }: KeptCertificate): boolean {
  const certificate = new X509Certificate(certPem);
  return addresses.every((address) => certificate.checkIP(address) !== undefined);
}

function ensureFile(path: string, content: string): void {
  if (readSmallFile(path) !== content) writePrivateFile(path, content);
}

function isSignedBy(certPem: string, authorityPem: string): boolean {
  return new X509Certificate(certPem).verify(new X509Certificate(authorityPem).publicKey);
}

/** The key that signs service account tokens; the API server and the controller manager take the public half from it. */
export function serviceAccountKeyFile(layout: ClusterLayout): string {
  return join(layout.pki, 'service-account.key');
}

/** A client certificate of the API, made now and never kept. Times are milliseconds. */
export function issueClient(
  layout: ClusterLayout,
  request: Omit<LeafRequest, 'usages'>,
  life: number,
  now: Date,
): KeyPairPem & { readonly caPem: string } {
  const path = pairFile(layout, 'cluster-ca');
  const authority = readPair(path);
  if (authority === undefined) throw damaged(path, undefined);
  const pair = issueCertificate(
    { commonName: AUTHORITIES.cluster, keyPem: authority.keyPem },
    { ...request, usages: ['client'] },
    lifeFrom(now, life, authority.certPem),
  );
  return { ...pair, caPem: authority.certPem };
}

/** Ends of the kept certificates, of a node's too when there are any; undefined when there are none yet. */
export function certificateEnds(layout: ClusterLayout): CertificateEnds | undefined {
  const authority = readPair(pairFile(layout, 'cluster-ca'));
  if (authority === undefined) return undefined;
  // Only where they lie matters here, not what they say.
  const kept = keptCertificates({ hostAddress: '', nodeAddress: '' });
  const files = [
    ...Object.keys(AUTHORITIES).map((name) => pairFile(layout, `${name}-ca`)),
    ...kept.map((certificate) => fileOf(layout, certificate)),
  ];
  const ends = files.flatMap((file) => {
    const pair = readPair(file);
    return pair === undefined ? [] : [new X509Certificate(pair.certPem).validToDate.getTime()];
  });
  return { authority: new X509Certificate(authority.certPem).validToDate, first: new Date(Math.min(...ends)) };
}
