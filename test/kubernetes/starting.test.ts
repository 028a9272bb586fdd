// Against a stand-in server on loopback, which refuses as a real API server does before it has read its roles; the fault class F7 kills a real one.
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { CONFIG_MAP, faultServer, json, type FaultServer } from './support/fault-server';
import { REFERENCE, clientOf, closeClients, failureOf, status } from './support/fault-client';

afterEach(closeClients);

const NO_RIGHT =
  'configmaps "a" is forbidden: User "u" cannot patch resource "configmaps" in API group "" in the namespace "n"';

/** Refuses everybody until it was asked for its readiness so many times. */
function startingServer(looks: number, answer: (response: ServerResponse) => void): Promise<FaultServer> {
  let left = looks;
  return faultServer((request, response) => {
    if (request.url === '/readyz') {
      left -= 1;
      response.writeHead(left >= 0 ? 500 : 200).end('[-]informer-sync failed: reason withheld');
    } else if (left > 0) json(response, 403, status(403, 'Forbidden', NO_RIGHT));
    else answer(response);
  });
}

const counted = ({ requests }: FaultServer): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const request of requests) {
    const [method = '', path = ''] = request.split(/[ ?]/);
    const key = `${method} ${path}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
};

describe('an API server that is starting and refuses everybody', () => {
  it('is waited for: what it refused is sent again, a create too', async () => {
    await using server = await startingServer(2, (response) => json(response, 201, CONFIG_MAP));
    await clientOf(server).create(CONFIG_MAP);
    expect(counted(server)).toEqual({
      'GET /api/v1': 1,
      'POST /api/v1/namespaces/n/configmaps': 3,
      'GET /readyz': 2,
    });
  });

  it('is told as such where there is no time to wait: nobody is told that a right is missing', async () => {
    await using server = await startingServer(99, (response) => json(response, 200, CONFIG_MAP));
    const error = await failureOf(clientOf(server).apply(CONFIG_MAP, { patience: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'KubernetesUnreachable', failure: { status: 0, reason: 'Starting' } });
    expect(error.text).toEqual({
      en: `cannot use the API server ${server.connection.server}: it is not ready yet: it is starting, or its store does not answer; that it refuses now says nothing of rights`,
      ko: `API 서버 ${server.connection.server}을(를) 사용할 수 없습니다: 아직 준비되지 않았습니다. 시작하는 중이거나 저장소(etcd)가 응답하지 않습니다. 지금 요청이 거부되는 것은 권한 문제가 아닙니다`,
    });
  });

  it('breaks a watch as one that is out of reach', async () => {
    await using server = await startingServer(99, (response) => json(response, 200, CONFIG_MAP));
    const watch = clientOf(server).watch('v1', 'ConfigMap', { namespace: 'n', resourceVersion: '1' });
    const error = await failureOf(watch[Symbol.asyncIterator]().next());
    expect(error.failure.reason).toBe('Starting');
  });

  it('that came back between its refusal and the look at it is asked once more, and then taken at its word', async () => {
    let isDown = true;
    await using server = await faultServer((request, response, index) => {
      if (isDown) request.socket.destroy();
      else if (request.url === '/readyz') response.end('ok');
      else if (index > 2) json(response, 403, status(403, 'Forbidden', NO_RIGHT));
      else json(response, 403, status(403, 'Forbidden', 'not yet ready to handle request'));
    });
    const client = clientOf(server);
    expect((await failureOf(client.create(CONFIG_MAP))).failure.reason).toBe('ConnectionReset');
    isDown = false;
    expect((await failureOf(client.create(CONFIG_MAP))).message).toContain('has no right to patch configmaps');
    expect(counted(server)).toMatchObject({ 'POST /api/v1/namespaces/n/configmaps': 3, 'GET /readyz': 2 });
  });
});

it('a refusal of an API server that is ready is the answer', async () => {
  await using server = await faultServer((request, response) =>
    request.url === '/readyz' ? response.end('ok') : json(response, 403, status(403, 'Forbidden', NO_RIGHT)),
  );
  const error = await failureOf(clientOf(server).apply(CONFIG_MAP));
  expect(error.message).toContain('"u" has no right to patch configmaps in namespace "n"');
  expect(counted(server)).toMatchObject({ 'PATCH /api/v1/namespaces/n/configmaps/a': 1, 'GET /readyz': 1 });
});

it('a server that knows no readiness is taken at its word', async () => {
  await using server = await faultServer((_request, response) =>
    json(response, 401, status(401, 'Unauthorized', 'no')),
  );
  const error = await failureOf(clientOf(server).get(REFERENCE));
  expect(error).toMatchObject({ code: 'KubernetesRefused', failure: { status: 401 } });
  expect(counted(server)['GET /api/v1/namespaces/n/configmaps/a']).toBe(1);
});
