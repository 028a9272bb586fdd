import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyService, type KeyService } from '../../engine/key-service';

const key = randomBytes(32);
const HELD = { stack: 'tb-keys', ciphertext: 'testbed:v1:sealed', key };
const DECRYPT = '/v1/transit/decrypt/tb-keys';
const QUESTION = JSON.stringify({ ciphertext: HELD.ciphertext });

let service: KeyService;
let agent: Agent;
beforeEach(async () => {
  service = await openKeyService(HELD);
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(() => {
  agent.destroy();
  service.close();
});

interface Question {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string | undefined;
  readonly body?: string;
}

async function ask(question: Question = {}): Promise<{ readonly status: number; readonly body: unknown }> {
  const { method = 'PUT', path = DECRYPT, body = QUESTION } = question;
  const token = 'token' in question ? question.token : service.environment['VAULT_TOKEN'];
  const headers = {
    'content-length': Buffer.byteLength(body),
    ...(token === undefined ? {} : { 'x-vault-token': token }),
  };
  const sent = request(`${service.environment['VAULT_ADDR']}${path}`, { method, headers, agent });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let words = '';
  for await (const chunk of answer) words += String(chunk);
  return { status: answer.statusCode, body: JSON.parse(words) };
}

describe('the key service of an operation', () => {
  it("opens the state's key for who knows the token, as often as it is asked over one connection", async () => {
    const opened = { status: 200, body: { data: { plaintext: key.toString('base64') } } };
    expect([await ask(), await ask()]).toEqual([opened, opened]);
    expect(service.counts()).toEqual({ admitted: 1, refused: 0 });
  });

  it('opens it over another connection beside the first and after it: the CLI keeps one only for as long as its pool does', async () => {
    const opened = { status: 200, body: { data: { plaintext: key.toString('base64') } } };
    const idle = connect(Number(new URL(service.environment['VAULT_ADDR'] ?? '').port), '127.0.0.1');
    await once(idle, 'connect');
    expect(await ask()).toEqual(opened);
    agent.destroy();
    agent = new Agent();
    expect(await ask()).toEqual(opened);
    idle.destroy();
  });

  it('has a token of its own for each operation', async () => {
    const other = await openKeyService(HELD);
    expect(other.environment['VAULT_TOKEN']).not.toBe(service.environment['VAULT_TOKEN']);
    expect(Buffer.from(other.environment['VAULT_TOKEN'] ?? '', 'base64url')).toHaveLength(32);
    other.close();
  });

  it.each([
    ['without the token', { token: undefined }, 403],
    ['with a foreign token', { token: 'A'.repeat(43) }, 403],
    ['with a part of the token', { token: 'A' }, 403],
    ['for the key of another stack', { path: '/v1/transit/decrypt/tb-other' }, 404],
    ['for an encryption', { path: '/v1/transit/encrypt/tb-keys' }, 404],
    ['by another method', { method: 'GET', body: '' }, 404],
    ['for another ciphertext', { body: JSON.stringify({ ciphertext: 'testbed:v1:other' }) }, 400],
    ['for nothing', { body: '{}' }, 400],
    ['in no JSON', { body: 'ciphertext' }, 400],
    ['in more than 4096 bytes', { body: JSON.stringify({ ciphertext: 'A'.repeat(5000) }) }, 413],
  ])('refuses a request %s, once, and tells nothing', async (_, question, status) => {
    const answer = await ask(question);
    expect(answer.status).toBe(status);
    const told = JSON.stringify(answer.body);
    for (const secret of [key.toString('base64'), HELD.ciphertext, service.environment['VAULT_TOKEN']])
      expect(told).not.toContain(secret);
    // From then on nobody gets in: nobody guesses twice.
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('ends a connection whose headers are longer than any of ours', async () => {
    const socket = connect(Number(new URL(service.environment['VAULT_ADDR'] ?? '').port), '127.0.0.1');
    socket.write(`PUT ${DECRYPT} HTTP/1.1\r\nhost: x\r\nx-long: ${'A'.repeat(10_000)}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 431 /);
    await once(socket, 'close');
  });

  it('is gone when the operation is over', async () => {
    await ask();
    service.close();
    agent.destroy();
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
