import { verbatim, type Text } from '../errors';
import type { Surroundings } from './surroundings';

const TOLD_EVERY_MS = 1000;
const MIB = 1024 * 1024;

/** Runs work that moves bytes, and tells once a second how many. */
export async function transfer<T>(
  title: Text,
  { onProgress }: Pick<Surroundings, 'onProgress'>,
  moved: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const step = { id: `transfer:${title.en}`, title };
  const elapsedMs = (): number => performance.now() - began;
  const detail = (): Text => verbatim(`${(moved() / MIB).toFixed(1)} MiB`);
  onProgress({ ...step, state: 'start' });
  const timer = setInterval(
    () => onProgress({ ...step, state: 'update', detail: detail(), elapsedMs: elapsedMs() }),
    TOLD_EVERY_MS,
  );
  try {
    const result = await work();
    onProgress({ ...step, state: 'done', elapsedMs: elapsedMs() });
    return result;
  } catch (error) {
    onProgress({ ...step, state: 'failed', elapsedMs: elapsedMs() });
    throw error;
  } finally {
    clearInterval(timer);
  }
}
