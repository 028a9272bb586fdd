import { availableParallelism, freemem } from 'node:os';

/** The most that a person may ask for. */
export const MOST_AT_ONCE = 32;

/** What one operation takes beside the others (a CLI and a thread), and what is left to everybody else, in bytes. */
const EACH_BYTES = 200 * 1024 * 1024;
const LEFT_BYTES = 512 * 1024 * 1024;
const MOST_BY_DEFAULT = 8;

/** How many operations work at the same time: as many as there are cores, if memory has room for them; at least one, at most as many as there are. */
export function operationsAtOnce(
  asked: number | undefined,
  total: number,
  machine: { readonly cores: number; readonly freeBytes: number } = {
    cores: availableParallelism(),
    freeBytes: freemem(),
  },
): number {
  const room = Math.floor((machine.freeBytes - LEFT_BYTES) / EACH_BYTES);
  const fitting = Math.min(machine.cores, MOST_BY_DEFAULT, room);
  return Math.max(1, Math.min(asked ?? fitting, MOST_AT_ONCE, total));
}
