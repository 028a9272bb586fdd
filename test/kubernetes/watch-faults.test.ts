// Against a stand-in server on loopback: it proves how the client takes faults, not that a real API server makes them this way.
import { afterEach, describe, expect, it } from 'vitest';
import { CONFIG_MAP, faultServer } from './support/fault-server';
import { allOf } from './support/namespace';
import { clientOf, failureOf, status, closeClients } from './support/fault-client';

afterEach(closeClients);

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
