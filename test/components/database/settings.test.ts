import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAINTENANCE } from '../../../components/database/maintenance';
import { POSTGRESQL } from '../../../components/database/postgres';
import { walSizes } from '../../../components/database/postgres-files';
import { newServerCertificate } from '../../../components/database/server-certificate';
import { bytesOf } from '../../../components/quantity';
import { SIZES, type SizeName } from '../../../components/sizes';

// That a real server accepts all of this, and does what it says, is shown on a real node.

const NAMES = Object.keys(SIZES) as SizeName[];
const MIB = 1024 * 1024;

describe('the write-ahead log', () => {
  it('takes at most a sixth of any volume, and has room for the segments that the server insists on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 102_400 }), (mebibytes) => {
        const { segment, least, most } = walSizes(`${mebibytes}Mi`);
        expect(most).toBeLessThanOrEqual(Math.max(16, mebibytes / 6));
        expect(most).toBeLessThanOrEqual(1024);
        expect(least).toBeGreaterThanOrEqual(2 * segment);
        expect(most).toBeGreaterThanOrEqual(least);
        expect([4, 16]).toContain(segment);
      }),
    );
  });
});

describe('the memory of a database', () => {
  it.each(NAMES)('of size %s holds its buffers, one step of a query a connection, and its workers', (name) => {
    const { database } = SIZES[name];
    const megabytes = (words: string): number =>
      Number(words.replace(/(MB|GB)$/, '')) * (words.endsWith('GB') ? 1024 : 1);
    const limit = Number(bytesOf(database.limit.memory)) / MIB;
    const needed =
      megabytes(database.sharedBuffers) +
      database.maxConnections * megabytes(database.workMem) +
      database.vacuumWorkers * megabytes(database.maintenanceWorkMem) +
      Number(bytesOf(database.workerMemory)) / MIB;
    expect(needed).toBeLessThanOrEqual(limit);
  });
});

describe('who may log in', () => {
  const lines = (POSTGRESQL.configuration(SIZES.small, '1Gi')['pg_hba.conf'] ?? '').trim().split('\n');

  it('comes encrypted from outside, with a password, as one of two roles and to one database', () => {
    expect(lines.filter((line) => !line.startsWith('local '))).toEqual([
      'hostssl testbed testbed_owner,testbed_app all scram-sha-256',
    ]);
  });

  it('needs no password inside the pod, as the server’s own user', () => {
    expect(lines.filter((line) => line.startsWith('local ')).every((line) => / peer( |$)/.test(line))).toBe(true);
  });
});

describe('the certificate of a server', () => {
  const now = new Date('2027-01-15T12:00:00Z');
  const { certPem, keyPem, authorityPem } = newServerCertificate(['database.tb-x7k2p9.svc', 'localhost'], now);
  const certificate = new X509Certificate(certPem);
  const authority = new X509Certificate(authorityPem);

  it('is for its names, and signed by an authority that signs nothing else', () => {
    expect(certificate.checkHost('database.tb-x7k2p9.svc')).toBe('database.tb-x7k2p9.svc');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkHost('database.tb-aaaaaa.svc')).toBeUndefined();
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect([certificate.ca, authority.ca]).toEqual([false, true]);
    expect(keyPem).not.toContain(authority.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    expect(newServerCertificate(['localhost'], now).authorityPem).not.toBe(authorityPem);
  });

  it('is valid for two years, and already for clocks that are a little behind', () => {
    expect(certificate.validFromDate.toISOString()).toBe('2027-01-15T11:50:00.000Z');
    expect(certificate.validToDate.toISOString()).toBe('2029-01-14T11:50:00.000Z');
    expect(authority.validToDate).toEqual(certificate.validToDate);
  });

  it('of a name that is too long for a common name is made all the same', () => {
    const long = `${'x'.repeat(60)}.tb-x7k2p9.svc`;
    const made = new X509Certificate(newServerCertificate([long], now).certPem);
    expect(made.checkHost(long)).toBe(long);
  });
});

describe('a restore', () => {
  const { restore } = MAINTENANCE.postgresql[15];

  it('is not built from anything but a name of its own and a size', () => {
    expect(restore('0123456789ab', 10).join(' ')).toContain('testbed_restore_0123456789ab');
    for (const run of ['', '0123456789AB', '0123456789ab; rm', '0123456789abc'])
      expect(() => restore(run, 10), run).toThrow('12 hex digits');
    for (const bytes of [0, -1, 1.5, Number.NaN]) expect(() => restore('0123456789ab', bytes)).toThrow('has bytes');
  });
});
