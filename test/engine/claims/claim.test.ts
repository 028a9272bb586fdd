import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { takeClaim, type ClaimOptions } from '../../../engine/claims/claim';
import { readClaim } from '../../../engine/claims/claim-document';
import type { Claim } from '../../../engine/claims/held-claim';
import type { DocumentStore } from '../../../engine/store/types';
import { currentProcess, type ProcessIdentity } from '../../../host/process-identity';
import { memoryStore, stoppable } from './memory-store';

const STACK = 'tb-claims';
const ELSEWHERE: ProcessIdentity = { host: 'elsewhere', pid: 1, startedAt: '1', boot: 'another' };

function take(store: DocumentStore, options: Partial<ClaimOptions> = {}): Promise<Claim> {
  return takeClaim({ store, stack: STACK, purpose: 'up', ...options });
}

/** A holder that will never give a sign of life again. */
async function leaveBehind(store: DocumentStore, options: Partial<ClaimOptions> = {}): Promise<Claim> {
  const machine = stoppable(store);
  const claim = await take(machine.store, { beatMs: 20, termMs: 60, ...options });
  machine.stop();
  return claim;
}

async function endedProcess(): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return { ...currentProcess(), pid: child.pid ?? 0 };
}

describe('a claim', () => {
  it('is held by one, and its number grows with every holder', async () => {
    const store = memoryStore();
    const first = await take(store);
    await expect(take(store, { purpose: 'down' })).rejects.toMatchObject({
      code: 'OperationRunning',
      message: expect.stringContaining(`(up, pid ${process.pid}, `),
      hint: { en: expect.stringContaining(`kill -INT ${process.pid}`) },
    });
    await first.giveBack();
    await first.giveBack();
    const second = await take(store);
    expect([first.number, second.number]).toEqual([1, 2]);
    expect(second).toMatchObject({ due: { cluster: false, state: false, credential: false }, contested: false });
    await second.giveBack('forget');
    expect(await readClaim(store, STACK)).toBeUndefined();
  });

  it('is given to one of many that ask at the same time', async () => {
    const store = memoryStore();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => take(store)));
    const [given, ...more] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(more).toEqual([]);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toEqual(Array.from({ length: 7 }, () => expect.objectContaining({ code: 'OperationRunning' })));
    await given?.giveBack();
  });

  it('of a process that ended, or whose number another one bears now, is followed at once, with nothing to fence but the credential that it may have left', async () => {
    for (const process of [await endedProcess(), { ...currentProcess(), startedAt: '1' }]) {
      const store = memoryStore();
      await leaveBehind(store, { process, termMs: 600_000 });
      const claim = await take(store);
      const due = { cluster: false, state: false, credential: true };
      expect(claim).toMatchObject({ number: 2, due, contested: false });
      // It could not be ended now either.
      await claim.giveBack('forget');
      const next = await take(store);
      expect(next).toMatchObject({ number: 3, due, followed: 'free' });
      next.fenced('credential');
      await next.giveBack('forget');
      expect(await readClaim(store, STACK)).toBeUndefined();
    }
  });

  it('says whether its credential was ended, though it is forgotten', async () => {
    const store = memoryStore();
    const first = await take(store);
    first.owesCredential();
    first.fenced('credential');
    await first.giveBack();
    const second = await take(store);
    expect(second.due.credential).toBe(false);
    second.owesCredential();
    await second.giveBack('forget');
    expect((await readClaim(store, STACK))?.claim).toMatchObject({
      state: 'free',
      number: 2,
      due: { cluster: false, state: false, credential: true },
    });
  });

  it('of a version that said nothing of credentials owes none', async () => {
    const store = memoryStore();
    const old = { version: 1, state: 'free', number: 7, due: { cluster: false, state: false }, contested: false };
    await store.write(`claims/${STACK}`, Buffer.from(JSON.stringify(old)), 'absent');
    const claim = await take(store);
    expect(claim).toMatchObject({ number: 8, due: { cluster: false, state: false, credential: false } });
    await claim.giveBack();
  });

  it('of a process that ended, of whose work something may go on, is followed at once and its credentials are to be ended', async () => {
    const store = memoryStore();
    await leaveBehind(store, { process: await endedProcess(), termMs: 600_000, isOutlived: true });
    const claim = await take(store);
    expect(claim).toMatchObject({ due: { cluster: true, state: false }, contested: false });
    await claim.giveBack();
  });

  const TERM_MS = 60;
  it.each([
    ['of another host', ELSEWHERE],
    ['of a host of this name and another boot, which may be another machine', { ...currentProcess(), boot: 'another' }],
    ['of another process namespace', { ...currentProcess(), pidNamespace: 'pid:[1]' }],
    ['of this machine, of which nobody can tell whether it runs', { ...currentProcess(), startedAt: undefined }],
  ])('%s is followed after it was silent for a term, and is to be fenced', async (_, process) => {
    const store = memoryStore();
    const began = performance.now();
    const former = await leaveBehind(store, { process, beatMs: 5, termMs: TERM_MS });
    const waits: number[] = [];
    const claim = await take(store, { termMs: 50, beatMs: 20, onWait: (_holder, left) => waits.push(left) });
    // On a busy machine the term may be over at the first look.
    expect(performance.now() - began).toBeGreaterThanOrEqual(TERM_MS);
    expect(Math.max(0, ...waits)).toBeLessThanOrEqual(TERM_MS);
    expect(claim).toMatchObject({ number: 2, due: { cluster: true, state: true, credential: true }, contested: true });
    expect(former.lost.aborted).toBe(false);
    await claim.giveBack();
  });

  it('of another host that gives signs of life is respected', async () => {
    const store = memoryStore();
    const living = await take(store, { process: ELSEWHERE, beatMs: 10, termMs: 60_000 });
    await expect(take(store, { termMs: 60_000 })).rejects.toMatchObject({
      code: 'OperationRunning',
      hint: { en: 'wait for its end, or end it on elsewhere: kill -INT 1' },
    });
    await living.giveBack();
  });

  it('what is due stays due until somebody fenced it', async () => {
    const store = memoryStore();
    await leaveBehind(store, { process: ELSEWHERE, beatMs: 5, termMs: 20 });
    const second = await take(store, { termMs: 20 });
    second.fenced('state');
    await second.giveBack('forget');
    const third = await take(store);
    expect(third).toMatchObject({ number: 3, due: { cluster: true, state: false }, contested: true });
    third.fenced('cluster');
    await third.giveBack();
    const fourth = await take(store);
    expect(fourth).toMatchObject({ due: { cluster: false, state: false }, contested: true });
    await fourth.giveBack();
  });

  it('tells its holder when it wakes up that another one has it', async () => {
    const store = memoryStore();
    const machine = stoppable(store);
    const former = await take(machine.store, { process: ELSEWHERE, beatMs: 5, termMs: 20 });
    machine.stop();
    const claim = await take(store, { termMs: 20 });
    machine.wake();
    await expect(former.verify()).rejects.toMatchObject({ code: 'ClaimLost' });
    expect(former.lost.reason).toMatchObject({ code: 'ClaimLost' });
    await expect(former.giveBack()).rejects.toMatchObject({ code: 'ClaimLost' });
    await claim.verify();
    await claim.giveBack();
  });

  it('is renewed though the answer to a renewal was lost', async () => {
    const store = memoryStore();
    let drop = 0;
    const lossy: DocumentStore = {
      ...store,
      write: async (key, content, expected) => {
        const outcome = await store.write(key, content, expected);
        if (drop-- > 0) throw new Error('connection lost');
        return outcome;
      },
    };
    const claim = await take(lossy, { beatMs: 5 });
    drop = 2;
    await expect.poll(() => store.writes.length).toBeGreaterThan(5);
    await claim.verify();
    expect(claim.lost.aborted).toBe(false);
    await claim.giveBack();
    expect((await readClaim(store, STACK))?.claim.state).toBe('free');
  });

  it('is not waited for longer than its caller wants', async () => {
    const store = memoryStore();
    await leaveBehind(store, { process: ELSEWHERE, termMs: 600_000 });
    const abort = new AbortController();
    const refused = take(store, { signal: abort.signal, onWait: () => abort.abort() });
    await expect(refused).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('that cannot be read is named', async () => {
    const store = memoryStore();
    await store.write(`claims/${STACK}`, Buffer.from('{"version":1,"sta'), 'absent');
    await expect(take(store)).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining(`claims/${STACK} in memory`),
    });
  });

  it('keeps no process alive', async () => {
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const claim = await take(memoryStore());
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(timers);
    await claim.giveBack();
  });
});
