import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { takeClaim } from '../../../engine/claims/claim';
import { holdState, readPublished, stateKey } from '../../../engine/published-state';
import type { DocumentStore } from '../../../engine/store/types';
import { isTestbedError } from '../../../errors';
import { memoryStore, stoppable } from './memory-store';

/*
 * Machines that share one store work on one stack, again and again, while each of them is stopped and woken up at any of its requests, or dies there for ever, and the cluster goes silent and
 * answers again. The cluster is a model: credentials that are made, ended and used in the order of the operations' own fence; that a real API server refuses an ended one is tested with the
 * fence itself.
 */
const STACK = 'tb-model';
const MACHINES = 3;

type Event = { readonly machine: number; readonly does: 'stop' | 'wake' | 'die' | 'cut' | 'mend' };
const event: fc.Arbitrary<Event> = fc.record({
  machine: fc.nat({ max: MACHINES - 1 }),
  does: fc.constantFrom('stop', 'stop', 'wake', 'wake', 'die', 'cut', 'mend'),
});

class Silent extends Error {}

interface Cluster {
  isSilent: boolean;
  /** Credentials that are accepted. */
  readonly secrets: Set<number>;
  /** Whose writing came when. */
  readonly writings: number[];
}

/** One run of one machine: takes the stack, fences, changes the cluster some times, publishes, gives back. */
async function operate(store: DocumentStore, cluster: Cluster, machine: number): Promise<void> {
  const awake = async (): Promise<void> => void (await store.read('claims/nobody'));
  const claim = await takeClaim({
    store,
    stack: STACK,
    purpose: 'up',
    beatMs: 3,
    termMs: 9,
    process: { host: `machine-${machine}`, pid: 1 },
  });
  const requireAnswer = (): void => {
    if (cluster.isSilent) throw new Silent();
  };
  const endOwn = (): void => {
    requireAnswer();
    cluster.secrets.delete(claim.number);
    claim.fenced('credential');
  };
  try {
    await awake();
    if (claim.due.cluster || claim.due.credential || claim.contested) {
      requireAnswer();
      for (const secret of cluster.secrets) if (secret < claim.number) cluster.secrets.delete(secret);
    }
    claim.fenced('credential');
    claim.fenced('cluster');
    await awake();
    claim.owesCredential();
    requireAnswer();
    cluster.secrets.add(claim.number);
    await claim.verify();
    const held = await holdState(claim, { name: STACK, store });
    for (let times = 0; times < 3; times += 1) {
      await awake();
      if (cluster.secrets.has(claim.number)) cluster.writings.push(claim.number);
    }
    await held.publish(`{"by":${claim.number}}`);
    if (claim.number % 3 === 0) await held.end();
    await awake();
    endOwn();
    await claim.giveBack();
  } catch (error) {
    try {
      endOwn();
    } catch (silent) {
      if (!(silent instanceof Silent)) throw silent;
    }
    await claim.giveBack().catch(() => undefined);
    throw error;
  }
}

it('whatever stops, wakes up or dies, nobody writes to cluster or state after somebody else did who came later, somebody always gets on, and the last one leaves no credential', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
      const shared = memoryStore();
      const cluster: Cluster = { isSilent: false, secrets: new Set(), writings: [] };
      let isOver = false;
      const machines = Array.from({ length: MACHINES }, (_, at) => ({ ...stoppable(shared), at, isDead: false }));
      const failures: unknown[] = [];
      const work = machines.map(async ({ store, at }) => {
        while (!isOver)
          await operate(store, cluster, at).catch((error: unknown) => {
            const isForeseen = isTestbedError(error, 'OperationRunning') || isTestbedError(error, 'ClaimLost');
            if (!isForeseen && !(error instanceof Silent)) failures.push(error);
          });
      });
      for (const { machine, does } of events) {
        const one = machines[machine];
        if (does === 'cut' || does === 'mend') cluster.isSilent = does === 'cut';
        else if (one === undefined || one.isDead) continue;
        else if (does === 'wake') one.wake();
        else one.stop();
        if (does === 'die' && one !== undefined) one.isDead = true;
        for (let turns = 0; turns < 6; turns += 1) await nextTurn();
      }
      cluster.isSilent = false;
      // One that nobody will ever wake may be in the way; the others get on all the same.
      const [living] = machines.filter(({ isDead }) => !isDead);
      for (const one of machines) if (!one.isDead) one.wake();
      const before = living === undefined ? -1 : (cluster.writings.at(-1) ?? 0);
      await expect.poll(() => cluster.writings.at(-1) ?? 0, { interval: 2, timeout: 20_000 }).toBeGreaterThan(before);
      isOver = true;
      for (const one of machines) one.wake();
      await Promise.all(work);

      expect(failures).toEqual([]);
      expect(cluster.writings).toEqual(cluster.writings.toSorted((a, b) => a - b));
      const published = shared.writes.filter(({ key }) => key === stateKey(STACK)).map(({ content }) => content);
      const numbers = published.map((content) => Number(/"claim":(\d+)/.exec(content)?.[1]));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      const last = await readPublished({ name: STACK, store: shared });
      expect(last === undefined || last.claim <= (numbers.at(-1) ?? 0)).toBe(true);

      await operate(shared, cluster, MACHINES);
      expect([...cluster.secrets]).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
