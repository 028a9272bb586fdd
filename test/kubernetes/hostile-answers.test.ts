// Against a stand-in server on loopback: it proves how the client takes faults, not that a real API server makes them this way.
import { afterEach, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../kubernetes/types';
import { CONFIG_MAP, faultServer, json } from './support/fault-server';
import { REFERENCE, clientOf, failureOf, status, closeClients } from './support/fault-client';

afterEach(closeClients);

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
