// Against a stand-in server on loopback: it proves how the client takes faults, not that a real API server makes them this way.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { KubernetesCallError } from '../../kubernetes/failures';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { waitGone, waitReady } from '../../kubernetes/wait';
import { issueCertificate } from '../../platform/cluster/pki/certificates';
import { CONFIG_MAP, authority, faultServer, json, validity, type FaultServer } from './support/fault-server';
import { allOf, rejectionOf } from './support/namespace';

const REFERENCE = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'n' };
const clients: KubernetesClient[] = [];

function clientOf(server: FaultServer, changes: Partial<FaultServer['connection']> = {}): KubernetesClient {
  const client = createClient({ ...server.connection, ...changes });
  clients.push(client);
  return client;
}

async function failureOf(work: Promise<unknown>): Promise<KubernetesCallError> {
  const error = await rejectionOf(work);
  if (error instanceof KubernetesCallError) return error;
  throw new Error('not the error of a call', { cause: error });
}

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  reason,
  code,
});

describe('retries', () => {
  it('sends a read again when the connection breaks before the answer', async () => {
    await using server = await faultServer((request, response, index) =>
      index < 2 ? request.socket.destroy() : json(response, 200, CONFIG_MAP),
    );
    expect((await clientOf(server).get(REFERENCE))?.metadata.name).toBe('a');
    expect(server.requests.filter((line) => line.includes('configmaps'))).toHaveLength(3);
  });

  it('sends a create once when the connection breaks, because it may have been done', async () => {
    await using server = await faultServer((request) => request.socket.destroy());
    const error = await failureOf(clientOf(server).create(CONFIG_MAP));
    expect(error.code).toBe('KubernetesUnreachable');
    expect(error.failure.reason).toBe('ConnectionReset');
    expect(server.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('sends an apply again when the connection breaks', async () => {
    await using server = await faultServer((request, response, index) =>
      index === 0 ? request.socket.destroy() : json(response, 200, CONFIG_MAP),
    );
    await clientOf(server).apply(CONFIG_MAP);
    expect(server.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(2);
  });

  it('waits as long as a 429 says and tries a create again', async () => {
    await using server = await faultServer((_request, response, index) =>
      index === 0
        ? json(response, 429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '1' })
        : json(response, 201, CONFIG_MAP),
    );
    const began = performance.now();
    await clientOf(server).create(CONFIG_MAP);
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
    expect(server.requests.filter((line) => line.startsWith('POST'))).toHaveLength(2);
  });

  it('does not wait for a 429 that asks for more than ten seconds, and says how long it asked for', async () => {
    await using server = await faultServer((_request, response) =>
      json(response, 429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '60' }),
    );
    const error = await failureOf(clientOf(server).get(REFERENCE));
    expect(error.failure).toMatchObject({ status: 429, retryAfterSeconds: 60 });
    expect(server.requests.filter((line) => line.includes('configmaps'))).toHaveLength(1);
  });

  it('gives up after four tries of a 503', async () => {
    await using server = await faultServer((_request, response) =>
      json(response, 503, status(503, 'ServiceUnavailable', 'etcd is away')),
    );
    const error = await failureOf(clientOf(server).get(REFERENCE));
    expect(error.failure).toMatchObject({ status: 503, message: 'etcd is away' });
    expect(server.requests.filter((line) => line.includes('configmaps'))).toHaveLength(4);
  });

  it('does not send a create again after a 503, which may come after the write', async () => {
    await using server = await faultServer((_request, response) => json(response, 503, status(503, 'X', 'y')));
    await failureOf(clientOf(server).create(CONFIG_MAP));
    expect(server.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('deletes again after a 503 only when the uid is fixed', async () => {
    await using server = await faultServer((_request, response, index) =>
      index % 2 === 0 ? json(response, 503, status(503, 'X', 'y')) : json(response, 200, CONFIG_MAP),
    );
    expect(await clientOf(server).delete(REFERENCE, { uid: 'u' })).toBe('accepted');
    expect((await failureOf(clientOf(server).delete(REFERENCE))).failure.status).toBe(503);
  });
});

describe('answers', () => {
  it('refuses an answer that is cut off', async () => {
    await using server = await faultServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"apiVersion"');
      setImmediate(() => response.destroy());
    });
    const error = await failureOf(clientOf(server).create(CONFIG_MAP));
    expect(error.code).toBe('KubernetesUnreachable');
    expect(error.failure.reason).toBe('ConnectionReset');
  });

  it('refuses an answer larger than 64 MiB without keeping it', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    await using server = await faultServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more);
      };
      more();
    });
    expect((await failureOf(clientOf(server).get(REFERENCE))).failure.reason).toBe('AnswerTooLarge');
  });

  it('refuses JSON that is nested deeper than 200 levels', async () => {
    const deep = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    await using server = await faultServer((_request, response) => json(response, 200, deep));
    const error = await failureOf(clientOf(server).get(REFERENCE));
    expect(error.failure.reason).toBe('AnswerUnreadable');
    expect(error.text.en).toContain('deeper than 200 levels');
  });

  it('refuses what is not an object, without quoting it', async () => {
    for (const body of ['{"token":"canary-answer-77"', '"canary-answer-77"', '[]', 'null', '{"kind":"Status"}']) {
      await using server = await faultServer((_request, response) => json(response, 200, body));
      const error = await failureOf(clientOf(server).get(REFERENCE));
      expect(error.failure.reason).toBe('AnswerUnreadable');
      expect(JSON.stringify([error.text, error.failure, String(error.cause)])).not.toContain('canary');
    }
  });

  it('does not follow a redirect', async () => {
    await using server = await faultServer((_request, response) => {
      response.writeHead(302, { location: 'https://127.0.0.1:1/elsewhere' });
      response.end();
    });
    expect((await failureOf(clientOf(server).get(REFERENCE))).failure.status).toBe(302);
  });

  it('strips control and direction characters from the words of a server', async () => {
    await using server = await faultServer((_request, response) =>
      json(response, 422, status(422, 'Invalid', 'a\u001b[31mred\u202etxt\r\nb')),
    );
    expect((await failureOf(clientOf(server).create(CONFIG_MAP))).failure.message).toBe('a [31mred txt b');
  });

  it('keeps at most a hundred different warnings and gives each once', async () => {
    await using server = await faultServer((_request, response, index) => {
      response.setHeader(
        'warning',
        Array.from({ length: 60 }, (_, n) => `299 - "w${index}-${n} \\"quoted\\", with comma"`).join(', '),
      );
      json(response, 200, CONFIG_MAP);
    });
    const client = clientOf(server);
    await client.get(REFERENCE);
    await client.get(REFERENCE);
    const warnings = client.takeWarnings();
    expect(warnings).toHaveLength(100);
    expect(warnings[0]).toBe('w0-0 "quoted", with comma');
    expect(client.takeWarnings()).toEqual([]);
  });
});

describe('secrets', () => {
  const SECRET: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'n' },
    stringData: { password: 'canary-value-9' },
  };
  const base64 = Buffer.from('canary-value-9').toString('base64');

  it.each([400, 422, 500])('cuts sent values out of the words of a %i', async (code) => {
    await using server = await faultServer((request, response) => {
      const told = `cannot take "canary-value-9" (${base64}) of ${request.headers.authorization}`;
      json(response, code, {
        ...status(code, 'Invalid', told),
        details: { causes: [{ field: 'data[password]', reason: 'X', message: told }] },
      });
    });
    const error = await failureOf(clientOf(server).apply(SECRET));
    const all = JSON.stringify([error.message, error.text, error.details, error.failure, String(error.cause)]);
    expect(error.failure.status).toBe(code);
    expect(all).not.toContain('canary');
    expect(all).not.toContain(base64);
  });
});

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

describe('watches', () => {
  const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

  it('puts events together whatever way their bytes are cut, and leaves out one that was cut off', async () => {
    const object = { ...CONFIG_MAP, data: { a: '한국어' } };
    const bytes = Buffer.from(event('ADDED', object) + event('BOOKMARK', { metadata: { resourceVersion: '7' } }));
    await using server = await faultServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end('{"type":"ADDED"');
    });
    const events = await allOf(clientOf(server).watch('v1', 'ConfigMap', {}));
    expect(events).toEqual([
      { type: 'ADDED', object },
      { type: 'BOOKMARK', resourceVersion: '7' },
    ]);
  });

  it('refuses an event without an end', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    await using server = await faultServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more);
      };
      more();
    });
    const error = await failureOf(allOf(clientOf(server).watch('v1', 'ConfigMap', {})));
    expect(error.failure.reason).toBe('AnswerTooLarge');
  });

  it('throws the status of an ERROR event', async () => {
    await using server = await faultServer((_request, response) => {
      response.end(event('ERROR', status(410, 'Expired', 'too old resource version')));
    });
    const error = await failureOf(allOf(clientOf(server).watch('v1', 'ConfigMap', {})));
    expect([error.code, error.failure.status, error.failure.reason]).toEqual(['KubernetesRefused', 410, 'Expired']);
  });

  it('throws when the connection breaks in the middle', async () => {
    await using server = await faultServer((request, response) => {
      response.write(event('ADDED', CONFIG_MAP), () => request.socket.destroy());
    });
    const error = await failureOf(allOf(clientOf(server).watch('v1', 'ConfigMap', {})));
    expect(error.failure.reason).toBe('ConnectionReset');
  });
});

describe('a wait', () => {
  const waits = (client: KubernetesClient) => [
    () => waitReady(client, REFERENCE, { timeoutSeconds: 50, unreachableSeconds: 0.5 }),
    () => waitGone(client, REFERENCE, { timeoutSeconds: 50, unreachableSeconds: 0.5 }),
  ];

  it('gives up on a server that goes away and stays away, and says so', async () => {
    for (const at of [0, 1]) {
      let gone = false;
      await using server = await faultServer((request, response) => {
        if (gone) request.socket.destroy();
        else if (request.url?.includes('watch=') === true) {
          gone = true;
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end();
        } else json(response, 200, CONFIG_MAP);
      });
      const began = Date.now();
      const error = await failureOf(waits(clientOf(server))[at]?.() ?? Promise.resolve());
      expect([error.code, error.failure.reason]).toEqual(['KubernetesUnreachable', 'ConnectionReset']);
      expect(Date.now() - began).toBeLessThan(20_000);
    }
  });

  it('outlasts a server that is away for less than that, and one that only refuses', async () => {
    let asked = 0;
    await using server = await faultServer((request, response) => {
      asked += 1;
      if (asked <= 3) request.socket.destroy();
      else if (asked <= 6) json(response, 500, status(500, 'InternalError', 'etcdserver: leader changed'));
      else if (request.url?.includes('watch=') === true) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify({ type: 'ADDED', object: CONFIG_MAP })}\n`);
      } else json(response, 200, CONFIG_MAP);
    });
    const ready = await waitReady(clientOf(server), REFERENCE, { timeoutSeconds: 50, unreachableSeconds: 20 });
    expect(ready.metadata.name).toBe('a');
  });
});
