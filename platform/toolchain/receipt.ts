import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { writeWhole } from '../../host/atomic-file';

/** What is known of a file in the cache; lies beside it as `<tool>.json`. */
const receiptSchema = z.object({
  name: z.string(),
  version: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  mtimeMs: z.number(),
  /** `placed`: a person put it there. */
  source: z.enum(['download', 'build', 'placed']),
  /** Address or Go package it came from; empty for `placed`. */
  from: z.string(),
  /** Who vouched for the download: the site's pin or the vendor's own file; `go.sum` for builds, `nobody` for what was placed unpinned. */
  vouchedBy: z.enum(['pin', 'vendor', 'go.sum', 'nobody']),
  /** RFC 3339. */
  at: z.string(),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** Undefined when there is none or it can't be read as one. */
export function readReceipt(file: string): Receipt | undefined {
  try {
    const parsed = receiptSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return undefined;
    throw error;
  }
}

/** Writes it whole or not at all, by way of `workFolder` on the same disk. */
export function writeReceipt(file: string, receipt: Receipt, workFolder: string): void {
  const half = join(workFolder, 'receipt.json');
  writeWhole(file, `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o644, durable: true, half });
}

/** SHA-256 of a file, lower-case hex, read as a stream. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
