import { TestbedError, text } from '../errors';
import { startRunner, type Runner } from './runner';

export interface RunnerPool {
  /** An idle runner, a new one, or the next that gets free. */
  take(): Promise<Runner>;
  give(runner: Runner): Promise<void>;
  warm(count: number, provider?: string): Promise<void>;
  close(): Promise<void>;
}

/** At most `size` runners; one that is not fit any more is ended when it comes back. */
export function createRunnerPool(size: number): RunnerPool {
  const idle: Runner[] = [];
  const all = new Set<Runner>();
  const waiting: PromiseWithResolvers<Runner>[] = [];
  const begin = (): Runner => {
    const runner = startRunner();
    all.add(runner);
    return runner;
  };
  const end = async (runner: Runner): Promise<void> => {
    all.delete(runner);
    await runner.close();
  };
  const serve = (runner: Runner): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(runner);
    else next.resolve(runner);
  };
  return {
    async take() {
      for (let runner = idle.pop(); runner !== undefined; runner = idle.pop()) {
        if (runner.fit()) return runner;
        // It died while it waited.
        await end(runner);
      }
      if (all.size < size) return begin();
      const turn = Promise.withResolvers<Runner>();
      waiting.push(turn);
      return turn.promise;
    },
    async give(runner) {
      if (runner.fit()) return serve(runner);
      await end(runner);
      if (waiting.length > 0) serve(begin());
    },
    async warm(count, provider) {
      const missing = Math.min(count, size) - all.size;
      const fresh = Array.from({ length: Math.max(0, missing) }, begin);
      await Promise.all(
        fresh.map(async (runner) => {
          try {
            await runner.warm(provider);
          } catch (error) {
            await end(runner);
            throw error;
          }
          serve(runner);
        }),
      );
    },
    async close() {
      idle.length = 0;
      for (const turn of waiting.splice(0)) turn.reject(closed());
      await Promise.all([...all].map(end));
    },
  };
}

function closed(): TestbedError {
  return new TestbedError('Interrupted', text('the engine was closed', '엔진이 종료되었습니다'));
}
