// Against a stand-in server on loopback: it proves how the client takes faults, not that a real API server makes them this way.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { issueCertificate } from '../../x509/certificates';
import { CONFIG_MAP, authority, faultServer, json, validity } from './support/fault-server';
import { REFERENCE, clientOf, failureOf, status, closeClients } from './support/fault-client';

afterEach(closeClients);

describe('TLS', () => {
  const answer = (_request: unknown, response: Parameters<typeof json>[0]): void => json(response, 200, CONFIG_MAP);

  it('refuses a server whose certificate another CA signed', async () => {
    await using server = await faultServer(answer);
    const error = await failureOf(clientOf(server, { caPem: authority().certPem }).get(REFERENCE));
    expect([error.code, error.failure.reason]).toEqual(['KubernetesUnreachable', 'UnknownAuthority']);
    expect(server.requests).toEqual([]);
  });

  it('refuses it even where the environment turns verification off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await using server = await faultServer(answer);
    const error = await failureOf(clientOf(server, { caPem: authority().certPem }).get(REFERENCE));
    expect(error.failure.reason).toBe('UnknownAuthority');
    expect(server.requests).toEqual([]);
  });

  it('calls an expired server certificate by its name', async () => {
    await using server = await faultServer(answer, { certificate: validity(-20, -1) });
    const error = await failureOf(clientOf(server).get(REFERENCE));
    expect([error.code, error.failure.reason]).toEqual(['CertificateExpired', 'CertificateExpired']);
    expect(error.text.ko).toContain('만료');
  });

  it('calls a certificate that is not valid yet by its name', async () => {
    await using server = await faultServer(answer, { certificate: validity(1, 20) });
    expect((await failureOf(clientOf(server).get(REFERENCE))).failure.reason).toBe('CertificateNotYetValid');
  });

  it('refuses a certificate for another host, and takes it by the TLS server name', async () => {
    await using server = await faultServer(answer, { addresses: [], dnsNames: ['api.example'] });
    expect((await failureOf(clientOf(server).get(REFERENCE))).failure.reason).toBe('HostnameMismatch');
    expect((await clientOf(server, { tlsServerName: 'api.example' }).get(REFERENCE))?.kind).toBe('ConfigMap');
  });

  it('says that our own certificate has expired when the server answers 401', async () => {
    await using server = await faultServer((_request, response) =>
      json(response, 401, status(401, 'Unauthorized', 'Unauthorized')),
    );
    const { certPem, keyPem } = issueCertificate(
      authority(),
      { commonName: 'me', usages: ['client'] },
      validity(-9, -1),
    );
    const error = await failureOf(
      clientOf(server, { credential: { kind: 'certificate', certPem, keyPem } }).get(REFERENCE),
    );
    expect(error.code).toBe('CertificateExpired');
  });

  it('refuses a connection without a CA, without https or with a user in its address before anything is sent', async () => {
    await using server = await faultServer(answer);
    const { connection } = server;
    const plain = connection.server.replace('https', 'http');
    const user = connection.server.replace('//', '//me:canary@');
    for (const wrong of [{ caPem: '' }, { server: plain }, { server: user }, { server: 'nonsense' }]) {
      let error: unknown;
      try {
        createClient({ ...connection, ...wrong });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'KubeconfigRefused' });
      expect(String(error)).not.toContain('canary');
    }
  });

  it('names the server and the reason when nothing listens', async () => {
    const server = await faultServer(answer);
    await server[Symbol.asyncDispose]();
    const error = await failureOf(clientOf(server).get(REFERENCE));
    expect(error.failure.reason).toBe('ConnectionRefused');
    expect(error.text.en).toContain(server.connection.server);
    expect(JSON.stringify(error)).not.toContain('canary');
  });
});
