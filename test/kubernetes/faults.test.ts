// Against a stand-in server on loopback: it proves how the client takes faults, not that a real API server makes them this way.
import { afterEach, describe, expect, it } from 'vitest';
import type { KubernetesClient } from '../../kubernetes/types';
import { requestToken } from '../../kubernetes/token';
import { waitGone, waitReady } from '../../kubernetes/wait';
import { CONFIG_MAP, faultServer, json } from './support/fault-server';
import { REFERENCE, clientOf, failureOf, status, closeClients } from './support/fault-client';

afterEach(closeClients);

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

  it('asks for a token again after a broken connection and after 429, because one that nobody received is nobody’s', async () => {
    await using server = await faultServer((request, response, index) => {
      if (index === 0) request.socket.destroy();
      else if (index === 1) json(response, 429, status(429, 'TooManyRequests', 'slow down'), { 'retry-after': '1' });
      else json(response, 201, { status: { token: 'issued', expirationTimestamp: '2030-01-01T00:00:00Z' } });
    });
    const request = { namespace: 'n', serviceAccount: 's', expirationSeconds: 600 };
    expect((await requestToken(clientOf(server), request)).token).toBe('issued');
    expect(server.requests.filter((line) => line.endsWith('/serviceaccounts/s/token'))).toHaveLength(3);
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

  it('waits until the date that a 503 says', async () => {
    const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
    await using server = await faultServer((_request, response, index) =>
      index === 0
        ? json(response, 503, status(503, 'X', 'y'), { 'retry-after': until.toUTCString() })
        : json(response, 200, CONFIG_MAP),
    );
    await clientOf(server).get(REFERENCE);
    expect(Date.now()).toBeGreaterThanOrEqual(until.getTime() - 10);
    expect(server.requests.filter((line) => line.includes('configmaps'))).toHaveLength(2);
  });

  it.each([429, 500, 502, 503, 504])('tries a read and an apply again after a %i that says no time', async (code) => {
    for (const work of ['get', 'apply'] as const) {
      await using server = await faultServer((_request, response, index) =>
        index === 0 ? json(response, code, status(code, 'X', 'y')) : json(response, 200, CONFIG_MAP),
      );
      const client = clientOf(server);
      await (work === 'get' ? client.get(REFERENCE) : client.apply(CONFIG_MAP));
      expect(server.requests.filter((line) => line.includes('configmaps'))).toHaveLength(2);
    }
  });

  it.each([400, 403, 404, 409, 410, 422, 501])('takes a %i as the answer', async (code) => {
    await using server = await faultServer((_request, response) => json(response, code, status(code, 'X', 'y')));
    await failureOf(clientOf(server).apply(CONFIG_MAP));
    expect(server.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
  });

  it('ends a pause when patience does, but never a try', async () => {
    const patience = new AbortController();
    let answer = (): void => undefined;
    await using server = await faultServer((_request, response, index) => {
      // The try during which patience ends is answered all the same, and its answer counts.
      if (index === 0) answer = () => json(response, 429, status(429, 'X', 'slow down'), { 'retry-after': '9' });
      patience.abort();
      answer();
    });
    const began = performance.now();
    const error = await failureOf(clientOf(server).apply(CONFIG_MAP, { patience: patience.signal }));
    expect(error.failure).toMatchObject({ status: 429, retryAfterSeconds: 9 });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(server.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);

    await using late = await faultServer((_request, response) => json(response, 200, CONFIG_MAP));
    const written = await clientOf(late).apply(CONFIG_MAP, { patience: AbortSignal.abort() });
    expect(written.metadata.name).toBe('a');
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

  it('looks again at least every half minute, whatever a watch that lost a change says', async () => {
    let watches = 0;
    await using server = await faultServer((request, response) => {
      if (request.url?.includes('watch=') !== true) return json(response, 200, CONFIG_MAP);
      watches += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      // The first one swallows what was there.
      response.end(watches === 1 ? '' : `${JSON.stringify({ type: 'ADDED', object: CONFIG_MAP })}\n`);
    });
    await waitReady(clientOf(server), REFERENCE, { timeoutSeconds: 50 });
    const asked = server.requests.filter((line) => line.includes('watch='));
    expect(asked).toHaveLength(2);
    for (const line of asked) expect(line).toContain('timeoutSeconds=30');
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
