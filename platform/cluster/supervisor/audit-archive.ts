import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import { TestbedError, text } from '../../../errors';
import type { ClusterLayout } from '../layout';
import { readSmallFile } from '../private-files';

const entrySchema = z.strictObject({
  sequence: z.int().min(1),
  /** SHA-256 of the closed file, before compression. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int(),
  events: z.int(),
  /** When the API server wrote its first and last event, RFC 3339. */
  first: z.string().optional(),
  last: z.string().optional(),
  /** SHA-256 of the line before this one; 64 zeros for the first: nothing can be taken out unnoticed. */
  previous: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One line of the index of archived audit files. */
export type AuditArchiveEntry = z.infer<typeof entrySchema>;

const NOTHING = '0'.repeat(64);

/** The lines of the index, in order. Throws ClusterDamaged when one can't be read: a broken index is never continued. */
export function readAuditIndex(
  layout: ClusterLayout,
): readonly { readonly line: string; readonly entry: AuditArchiveEntry }[] {
  const lines = (readSmallFile(layout.auditIndex) ?? '').split('\n');
  // A last line without its end was cut by a crash before it was on the disk; its file is still there and comes again.
  return lines.slice(0, -1).map((line, index) => ({ line, entry: parseEntry(layout, line, index + 1) }));
}

function parseEntry(layout: ClusterLayout, line: string, number: number): AuditArchiveEntry {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch (error) {
    throw new TestbedError(
      'ClusterDamaged',
      text(
        `line ${number} of ${layout.auditIndex} is not an entry of the audit archive`,
        `${layout.auditIndex}의 ${number}번째 줄이 감사 로그 보관 항목이 아닙니다`,
      ),
      {
        hint: text(
          'restore the index from a backup; until then closed audit files are kept beside it',
          '백업에서 색인을 복원하세요. 그때까지 닫힌 감사 파일은 그 옆에 그대로 보관됩니다',
        ),
        cause: error,
      },
    );
  }
}

/** The files that the API server has closed, oldest first: it puts the time into their names. */
function closedFiles(layout: ClusterLayout): string[] {
  return readdirSync(layout.audit)
    .filter((name) => /^audit-.+\.log$/.test(name))
    .toSorted()
    .map((name) => join(layout.audit, name));
}

async function measure(
  path: string,
): Promise<Pick<AuditArchiveEntry, 'digest' | 'bytes' | 'events' | 'first' | 'last'>> {
  const hash = createHash('sha256');
  let events = 0;
  let firstLine: string | undefined;
  let lastLine: string | undefined;
  const stream = createReadStream(path);
  stream.on('data', (chunk) => hash.update(chunk));
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line === '') continue;
    events++;
    firstLine ??= line;
    lastLine = line;
  }
  const [first, last] = [firstLine, lastLine].map(timeOf);
  return {
    digest: hash.digest('hex'),
    bytes: statSync(path).size,
    events,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  };
}

function timeOf(line: string | undefined): string | undefined {
  return line === undefined ? undefined : /"stageTimestamp":"([^"]{1,40})"/.exec(line)?.[1];
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Archives every closed audit file as `archive/<sha256>.log.gz`, adds it to the index and only then removes the file; after a crash at any
 * point the next call goes on. Returns the digests of what was archived now.
 */
export async function archiveClosedAudit(layout: ClusterLayout): Promise<readonly string[]> {
  const archived: string[] = [];
  const closed = closedFiles(layout);
  if (closed.length === 0) return archived;
  const index = readAuditIndex(layout);
  await cutTornLine(layout, index.map(({ line }) => `${line}\n`).join(''));
  let last = index.at(-1);
  for (const path of closed) {
    const measured = await measure(path);
    const target = join(layout.auditArchive, `${measured.digest}.log.gz`);
    if (!existsSync(target)) {
      const half = `${target}.half`;
      await pipeline(createReadStream(path), createGzip(), createWriteStream(half, { mode: 0o600 }));
      await flush(half);
      await rename(half, target);
      await flush(layout.auditArchive);
    }
    if (!index.some(({ entry }) => entry.digest === measured.digest)) {
      const entry: AuditArchiveEntry = {
        sequence: (last?.entry.sequence ?? 0) + 1,
        ...measured,
        previous: last === undefined ? NOTHING : createHash('sha256').update(last.line).digest('hex'),
      };
      const line = JSON.stringify(entry);
      await append(layout.auditIndex, `${line}\n`);
      last = { line, entry };
    }
    rmSync(path);
    archived.push(measured.digest);
  }
  return archived;
}

async function append(path: string, content: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function cutTornLine(layout: ClusterLayout, whole: string): Promise<void> {
  const content = readSmallFile(layout.auditIndex);
  if (content === undefined || content === whole) return;
  const file = await open(layout.auditIndex, 'r+');
  try {
    await file.truncate(Buffer.byteLength(whole));
    await file.sync();
  } finally {
    await file.close();
  }
}
