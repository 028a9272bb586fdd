import { z } from 'zod';
import { MAX_LINEAGE, type Cell } from './register';

/*
 * An object is a line of JSON, filled up with spaces, and the content after it. The line holds what makes each writing another one: an entity tag
 * is often made of the content alone, and the same content again would else pass for the old writing. A mark of an ended document is one
 * shorter line only: so a listing, which tells sizes, tells the ended from the others without reading them.
 */
export const HEADER_BYTES = 1024;
export const ENDED_BYTES = 1000;
const FORMAT = 'testbed-document-1';

const header = z.strictObject({
  format: z.literal(FORMAT),
  nonce: z.string().regex(/^[0-9a-f]{24}$/),
  lineage: z.array(z.string().regex(/^[0-9a-f]{24}$/)).max(MAX_LINEAGE),
  bytes: z.int().nonnegative(),
});

export function encodeObject({ nonce, lineage, ended, content }: Cell): Buffer {
  const line = JSON.stringify({ format: FORMAT, nonce, lineage: [...lineage], bytes: content.length } satisfies z.input<
    typeof header
  >);
  return Buffer.concat([
    Buffer.from(`${line.padEnd((ended ? ENDED_BYTES : HEADER_BYTES) - 1)}\n`),
    ...(ended ? [] : [content]),
  ]);
}

/** Throws where the bytes are no such object, or a part of one. */
export function decodeObject(body: Buffer): Cell {
  const ended = body.length === ENDED_BYTES;
  const { nonce, lineage, bytes } = header.parse(
    JSON.parse(body.subarray(0, ended ? ENDED_BYTES : HEADER_BYTES).toString()),
  );
  const content = body.subarray(ended ? ENDED_BYTES : HEADER_BYTES);
  if (content.length !== bytes) throw new Error(`it has ${content.length} bytes of content instead of ${bytes}`);
  return { nonce, lineage, ended, content };
}
