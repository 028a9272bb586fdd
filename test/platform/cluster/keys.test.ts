import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterFolders, pairFile } from '../../../platform/cluster/layout';
import { authorityCertificate, issueCertificate, newKeyPem } from '../../../x509/certificates';
import { certificateEnds, ensureKeys, issueClient } from '../../../platform/cluster/pki/keys';
import { ensurePrivateFolder } from '../../../platform/cluster/private-files';
import { temporaryCluster } from './cluster-under-test';

const DAY = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-03-01T00:00:00.000Z');
let place: ReturnType<typeof temporaryCluster>;

beforeEach(() => {
  place = temporaryCluster();
  for (const folder of clusterFolders(place.layout)) ensurePrivateFolder(folder);
});
afterEach(() => place.end());

function certificate(name: string): X509Certificate {
  return new X509Certificate(readFileSync(pairFile(place.layout, name), 'utf8'));
}

function after(days: number): Date {
  return new Date(NOW.getTime() + days * DAY);
}

describe('kept keys', () => {
  it('are made once, each certificate and its key in one file that only its user can read', () => {
    expect(ensureKeys(place.layout, NOW)).toEqual([
      'cluster-ca',
      'etcd-ca',
      'frontProxy-ca',
      'kube-apiserver',
      'etcd',
      'kube-apiserver-etcd',
      'front-proxy',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
      'simulated-storage',
      'supervisor',
      'service-account',
    ]);
    expect(ensureKeys(place.layout, NOW)).toEqual([]);
    const path = pairFile(place.layout, 'kwok');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(certificate('kwok').checkPrivateKey(createPrivateKey(readFileSync(path, 'utf8')))).toBe(true);
    expect(certificate('kwok').subject).toBe('CN=testbed:kwok');
  });

  it('name the API server by every address that clients inside and outside use', () => {
    ensureKeys(place.layout, NOW);
    expect(certificate('kube-apiserver').subjectAltName).toBe(
      'DNS:localhost, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, DNS:kubernetes.default.svc.cluster.local, IP Address:127.0.0.1, IP Address:10.96.0.1',
    );
  });

  it('separate etcd from the API: neither CA vouches for the other', () => {
    ensureKeys(place.layout, NOW);
    const [cluster, etcd] = [certificate('cluster-ca'), certificate('etcd-ca')];
    expect(certificate('etcd').verify(etcd.publicKey)).toBe(true);
    expect(certificate('etcd').verify(cluster.publicKey)).toBe(false);
    expect(certificate('supervisor').verify(etcd.publicKey)).toBe(false);
  });

  it('are renewed when less than a third of their life is left, and not before', () => {
    ensureKeys(place.layout, NOW);
    expect(ensureKeys(place.layout, after(243))).toEqual([]);
    expect(ensureKeys(place.layout, after(244))).toEqual([
      'kube-apiserver',
      'etcd',
      'kube-apiserver-etcd',
      'front-proxy',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
      'simulated-storage',
      'supervisor',
    ]);
    expect(certificateEnds(place.layout)).toEqual({ authority: after(3650), first: after(244 + 365) });
  });

  it('get a CA with the same key in time, so that what it signed before stays valid', () => {
    ensureKeys(place.layout, NOW);
    const before = certificate('kwok');
    const written = ensureKeys(place.layout, after(2434));
    expect(written.slice(0, 3)).toEqual(['cluster-ca', 'etcd-ca', 'frontProxy-ca']);
    const renewed = certificate('cluster-ca');
    expect(renewed.validToDate).toEqual(after(2434 + 3650));
    expect(before.checkIssued(renewed)).toBe(true);
    expect(before.verify(renewed.publicKey)).toBe(true);
  });

  it('are made again when lost, and signed anew when their CA was lost', () => {
    ensureKeys(place.layout, NOW);
    rmSync(pairFile(place.layout, 'etcd-ca'));
    expect(ensureKeys(place.layout, NOW)).toEqual(['etcd-ca', 'etcd', 'kube-apiserver-etcd']);
  });

  it('are named when damaged', () => {
    ensureKeys(place.layout, NOW);
    writeFileSync(pairFile(place.layout, 'etcd'), 'nothing');
    expect(() => ensureKeys(place.layout, NOW)).toThrow(
      `the key file ${join(place.layout.pki, 'etcd.pem')} can't be read`,
    );
  });
});

describe('a client certificate', () => {
  it('lives exactly as long as it is given, for exactly that user and groups', () => {
    ensureKeys(place.layout, NOW);
    const { certPem, caPem } = issueClient(
      place.layout,
      { commonName: 'testbed:admin', organizations: ['testbed:admins'] },
      DAY / 24,
      new Date(NOW.getTime() + 999),
    );
    const made = new X509Certificate(certPem);
    expect(made.subject).toBe('O=testbed:admins\nCN=testbed:admin');
    expect([made.validFromDate, made.validToDate]).toEqual([NOW, new Date(NOW.getTime() + DAY / 24)]);
    expect(made.verify(new X509Certificate(caPem).publicKey)).toBe(true);
    expect([made.ca, made.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.2']]);
  });

  it('never outlives its CA', () => {
    ensureKeys(place.layout, NOW);
    const { certPem } = issueClient(place.layout, { commonName: 'a' }, 10 * DAY, after(3645));
    expect(new X509Certificate(certPem).validToDate).toEqual(after(3650));
  });

  it('is read by OpenSSL as it was written, whatever names and times', () => {
    const keyPem = newKeyPem();
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 200 })
      .filter((value) => !/[\p{C}"\\,+<>;=#]|^\s|\s$/u.test(value));
    const moment = fc.date({
      min: new Date('1970-01-02T00:00:00Z'),
      max: new Date('2120-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(name, moment, fc.ipV4(), (commonName, at, address) => {
        const from = new Date(Math.floor(at.getTime() / 1000) * 1000);
        const validity = { from, to: new Date(from.getTime() + DAY) };
        const { certPem } = issueCertificate(
          { commonName: 'ca', keyPem },
          { commonName, usages: ['server'], addresses: [address] },
          validity,
        );
        const made = new X509Certificate(certPem);
        expect(made.toLegacyObject().subject.CN).toBe(commonName);
        expect([made.validFromDate, made.validToDate]).toEqual([validity.from, validity.to]);
        expect(made.checkIP(address)).toBe(address);
        expect(made.verify(new X509Certificate(authorityCertificate('ca', keyPem, validity)).publicKey)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
