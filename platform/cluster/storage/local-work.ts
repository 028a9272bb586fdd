import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Does work for keys: never twice at once for one of them, a few keys at the same time, again when asked for meanwhile, and again after a growing pause when it
 * failed. Nothing is started after `signal`; `settled` resolves when all has ended.
 */
export class KeyedWork {
  readonly #limit: number;
  readonly #work: (key: string) => Promise<void>;
  readonly #failed: (key: string, error: unknown, failures: number) => Promise<void>;
  readonly #signal: AbortSignal;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  constructor(
    limit: number,
    signal: AbortSignal,
    work: (key: string) => Promise<void>,
    failed: (key: string, error: unknown, failures: number) => Promise<void>,
  ) {
    this.#limit = limit;
    this.#signal = signal;
    this.#work = work;
    this.#failed = failed;
  }

  touch(key: string): void {
    if (this.#signal.aborted) return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#running.set(
      key,
      this.#repeat(key).finally(() => this.#running.delete(key)),
    );
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async #repeat(key: string): Promise<void> {
    let failures = 0;
    do {
      this.#again.delete(key);
      try {
        await this.#inPlace(() => this.#work(key));
        failures = 0;
      } catch (error) {
        if (this.#signal.aborted) return;
        failures++;
        this.#again.add(key);
        await this.#failed(key, error, failures);
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
        await delay(pause, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    } while (this.#again.has(key) && !this.#signal.aborted);
  }

  async #inPlace(work: () => Promise<void>): Promise<void> {
    if (this.#busy >= this.#limit) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#busy++;
    try {
      this.#signal.throwIfAborted();
      await work();
    } finally {
      // The place is handed on as it is.
      const next = this.#queue.shift();
      if (next === undefined) this.#busy--;
      else next();
    }
  }
}
