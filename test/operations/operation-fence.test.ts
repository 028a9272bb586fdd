import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../bench/faults/fault';
import { openFaultProxy, type FaultProxy } from '../../bench/faults/proxy';
import { readClaim } from '../../engine/claims/claim-document';
import { createClient } from '../../kubernetes/client';
import { failedWith } from '../../kubernetes/failures';
import type { ClusterConnection, KubernetesClient } from '../../kubernetes/types';
import { duringChange, duringLook } from '../../operations/credential';
import { openSite } from '../../operations/site';
import type { ClaimWish } from '../../operations/stack-claim';
import { openTarget, type Target } from '../../operations/target';
import type { DocumentStore } from '../../engine/store/types';
import { memoryStore, stoppable } from '../engine/claims/memory-store';
import { testSurroundings } from '../support/cluster';
import { openTestSite, type TestSite } from '../support/testbeds';

// The API server and its tokens are real; the store is in memory, and a stopped holder is one whose store hears nothing for a while.
const ELSEWHERE = { host: 'elsewhere', pid: 1 };
const PACE = { beatMs: 50, termMs: 200 };

let site: TestSite;
let target: Target;
let admin: KubernetesClient;
let proxy: FaultProxy;
beforeAll(async () => {
  site = openTestSite();
  proxy = await openFaultProxy(testSurroundings().connection);
  target = await openTarget(openSite(site.surroundings.environment), site.target, site.surroundings);
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await target.close();
  await admin.close();
  await site.close();
});

function wish(store: DocumentStore, stack: string, more: Partial<ClaimWish> = {}): ClaimWish {
  return { store, stack, purpose: `up ${stack}`, ...more };
}

function newStack(): string {
  return `tb-${randomBytes(3).toString('hex')}`;
}

/** What the API server answers to whoever bears this token: 201, or 401. */
async function answerTo(connection: ClusterConnection): Promise<number> {
  const client = createClient(connection);
  try {
    const { status } = await client.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    return status;
  } catch (error) {
    return failedWith(error)?.status ?? 0;
  } finally {
    await client.close();
  }
}

async function secretsOf(stack: string): Promise<string[]> {
  const names: string[] = [];
  const selection = { namespace: 'testbed-system', labelSelector: `testbed.io/operation=${stack}`, metadataOnly: true };
  for await (const { metadata } of admin.list('v1', 'Secret', selection)) names.push(metadata.name);
  return names.sort();
}

describe('the token of an operation', () => {
  it('is bound to a Secret of its claim, which ends with the operation; one that only looks has none of its own number', async () => {
    const [store, stack] = [memoryStore(), newStack()];
    for (const number of [1, 2])
      await duringChange(target, wish(store, stack), site.surroundings, async ({ claim, connection }) => {
        expect(await answerTo(await connection)).toBe(201);
        expect([claim.number, await secretsOf(stack)]).toEqual([number, [`operation-${stack}-${number}`]]);
        await duringLook(target, { stack, purpose: 'drift' }, site.surroundings, async (looking) => {
          expect(await answerTo(await looking)).toBe(201);
          expect(await secretsOf(stack)).toEqual([
            `operation-${stack}-${number}`,
            expect.stringMatching(/-look-[0-9a-f]{12}$/),
          ]);
        });
      });
    expect(await secretsOf(stack)).toEqual([]);
  });

  it('is refused once another run followed its holder, before that one changes anything, and its holder learns why', async () => {
    const [store, stack] = [memoryStore(), newStack()];
    const machine = stoppable(store);
    const stopped = Promise.withResolvers<ClusterConnection>();
    const over = Promise.withResolvers<void>();
    const pace = { ...PACE, process: ELSEWHERE };
    const former = duringChange(
      target,
      wish(machine.store, stack, { pace }),
      site.surroundings,
      async ({ connection, surroundings }) => {
        const given = await connection;
        expect(await answerTo(given)).toBe(201);
        machine.stop();
        stopped.resolve(given);
        await over.promise;
        surroundings.signal.throwIfAborted();
      },
    );
    const token = await stopped.promise;
    await duringChange(target, wish(store, stack, { pace: PACE }), site.surroundings, async ({ connection }) => {
      const own = await connection;
      expect(await answerTo(token)).toBe(401);
      expect(await answerTo(own)).toBe(201);
    });
    expect(site.steps.map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [`claim:${stack}`, 'done'],
        [`fence:${stack}`, 'done'],
      ]),
    );
    machine.wake();
    over.resolve();
    await expect(former).rejects.toMatchObject({ code: 'ClaimLost' });
    expect(await secretsOf(stack)).toEqual([]);
  });

  it('is never used when its holder was followed before it read its claim again', async () => {
    const [store, stack] = [memoryStore(), newStack()];
    const machine = stoppable(store);
    const pace = { ...PACE, process: ELSEWHERE };
    let isTaken = false;
    const late = duringChange(
      target,
      wish(
        {
          ...machine.store,
          write: async (key, content, expected) => {
            const outcome = await machine.store.write(key, content, expected);
            if (!isTaken) machine.stop();
            isTaken = true;
            return outcome;
          },
        },
        stack,
        { pace },
      ),
      site.surroundings,
      async ({ connection }) => answerTo(await connection),
    );
    await expect.poll(() => secretsOf(stack), { timeout: 20_000 }).toEqual([`operation-${stack}-1`]);
    await duringChange(target, wish(store, stack, { pace: PACE }), site.surroundings, async ({ connection }) => {
      await connection;
      expect(await secretsOf(stack)).toEqual([`operation-${stack}-2`]);
    });
    machine.wake();
    await expect(late).rejects.toMatchObject({ code: 'ClaimLost' });
    expect(await secretsOf(stack)).toEqual([]);
  });
});

describe('a credential that its operation could not end', () => {
  const brokenOff = new Error('broken off');
  const done = [() => Promise.resolve('done'), { status: 'fulfilled', value: 'done' }] as const;
  const failed = [() => Promise.reject(brokenOff), { status: 'rejected', reason: brokenOff }] as const;
  const silent: Fault = { kind: 'reset', when: 'before' };
  const storeless: Fault = { kind: 'answer', status: 504, reason: 'Timeout' };
  const ways = [
    ['was done and the cluster is silent', silent, ...done],
    ['was done and the store of the cluster is silent', storeless, ...done],
    ['failed', silent, ...failed],
  ] as const;

  it.each(ways)(
    'when its work %s is ended by whoever comes next, who waits for nothing',
    async (_, fault, end, outcome) => {
      const [store, stack] = [memoryStore(), newStack()];
      const shaky: Target = { ...target, site: () => Promise.resolve(proxy.connection) };
      proxy.begin([{ where: { methods: ['DELETE'] }, fault }]);
      const isForgotten = (): boolean => true;
      const [first] = await Promise.allSettled([
        duringChange(shaky, wish(store, stack, { isForgotten }), site.surroundings, async ({ connection }) => {
          await connection;
          return end();
        }),
      ]);
      expect(first).toEqual(outcome);
      expect(await secretsOf(stack)).toEqual([`operation-${stack}-1`]);
      const owing = { state: 'free', number: 1, due: { cluster: false, state: false, credential: true } };
      expect((await readClaim(store, stack))?.claim).toMatchObject(owing);

      proxy.begin();
      await duringChange(shaky, wish(store, stack), site.surroundings, async ({ connection }) => {
        await connection;
        expect(await secretsOf(stack)).toEqual([`operation-${stack}-2`]);
      });
      expect(site.steps.filter(({ id }) => id === `fence:${stack}`)).toEqual([]);
      expect(await secretsOf(stack)).toEqual([]);

      proxy.begin();
      await duringChange(shaky, wish(store, stack, { isForgotten }), site.surroundings, async ({ connection }) => {
        await connection;
      });
      expect(proxy.requests.filter((request) => /^GET .*secrets/.test(request))).toEqual([]);
      expect(await readClaim(store, stack)).toBeUndefined();
    },
  );
});
