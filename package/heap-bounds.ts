import { setFlagsFromString } from 'node:v8';

/** How much the heap of a thread may grow beyond what it holds before it is collected, in percent. V8 itself takes up to four times as much. */
const GROWTH_PERCENT = 20;

/**
 * Keeps the heaps of this process, its threads' too, near what they hold; measured in docs/adr/0002-engine.md. What is young stays at the size that it
 * has: V8 would let it grow to 48 MiB for each thread and keep that, though our objects live for one answer. For entry files, before the heap grows.
 */
export function boundHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
