import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { isTestbedError } from '../../errors';
import { buffersOf } from './tar-bytes';

/** What a tar stream may come to at most; `tooMuch` makes the error for what is more. */
export interface TarBounds {
  readonly bytes: number;
  readonly entries: number;
  readonly tooMuch: (what: 'bytes' | 'files', most: number) => Error;
}

export interface TarEntry {
  readonly header: Header;
  /** Must be read before the next entry comes; what is not read is passed over. */
  readonly content: AsyncGenerator<Buffer>;
}

export interface TarSource {
  readonly bytes: AsyncIterable<Buffer>;
  readonly gzipped: boolean;
  /** Sees every unpacked byte. */
  readonly onBytes?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a tar stream entry by entry, bounded in size and number. Throws what `onEntry` or the bounds throw, else what the reading failed
 * with; the signal's reason when aborted.
 */
export async function readTar(
  { bytes, gzipped, onBytes, signal }: TarSource,
  bounds: TarBounds,
  onEntry: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  let size = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > bounds.bytes) throw bounds.tooMuch('bytes', bounds.bytes);
      onBytes?.(chunk);
      yield chunk;
    }
  };
  const entries = extract();
  const options = signal === undefined ? {} : { signal };
  const reading = gzipped
    ? pipeline(bytes, createGunzip(), counted, entries, options)
    : pipeline(bytes, counted, entries, options);
  // Its failure ends the loop below too.
  reading.catch(() => undefined);
  try {
    let count = 0;
    for await (const entry of entries) {
      count += 1;
      if (count > bounds.entries) throw bounds.tooMuch('files', bounds.entries);
      await onEntry({ header: entry.header, content: buffersOf(entry) });
      entry.resume();
    }
    await reading;
  } catch (error) {
    entries.destroy();
    // What pipeline makes of a reader that stopped says less than why it stopped.
    const reason = await reading.then(
      () => error,
      (cause: unknown) => (isTestbedError(cause) ? cause : error),
    );
    if (signal?.aborted === true) throw signal.reason;
    throw reason;
  }
}
