import { createHash, randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { TestbedError, reasonOf, text } from '../errors';
import { isThere, publish, taken, unwritable } from './backup-place';

/** Twice what the largest volume of a database holds. */
const LARGEST_BYTES = 200 * 1024 ** 3;
/** The description is the last line, and no longer. */
const LONGEST_DESCRIPTION = 4096;
const CHUNK = 256 * 1024;

const description = z.strictObject({
  kind: z.literal('testbed database backup'),
  version: z.literal(1),
  testbed: z.string(),
  id: z.string(),
  participant: z.string(),
  grade: z.enum(['open', 'sensitive']),
  engine: z.literal('postgresql'),
  engineVersion: z.int(),
  /** As the server says it: `15.8 (Debian 15.8-1)`. */
  serverVersion: z.string(),
  /** RFC 3339. */
  takenAt: z.string(),
  /** Of what comes before the description. */
  bytes: z.int().min(1).max(LARGEST_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a backup says of itself, at its end. */
export type BackupDescription = z.output<typeof description>;

export interface BackupWriter {
  write(chunk: Uint8Array): Promise<void>;
  written(): number;
  /** Adds the description and gives the file its name. Throws UsageWrong when that is taken. */
  finish(about: Omit<BackupDescription, 'kind' | 'version' | 'bytes' | 'sha256'>): Promise<BackupDescription>;
  /** Leaves nothing. */
  abandon(): Promise<void>;
}

/**
 * Writes a backup, mode 0600: what the database's own program wrote, unchanged, then one line of JSON that describes it. That program reads such
 * a file as it is. The file has its name only when it is whole and on disk. Throws UsageWrong for a name that is taken.
 */
export async function writeBackup(file: string): Promise<BackupWriter> {
  if (await isThere(file)) throw taken(file);
  const half = `${file}.${randomBytes(6).toString('hex')}.half`;
  const handle = await open(half, 'wx', 0o600).catch((cause: unknown) => {
    throw unwritable(file, cause);
  });
  const hash = createHash('sha256');
  let bytes = 0;
  const put = async (chunk: Uint8Array): Promise<void> => {
    try {
      await handle.writeFile(chunk);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  };
  return {
    written: () => bytes,
    write: async (chunk) => {
      bytes += chunk.length;
      if (bytes > LARGEST_BYTES)
        throw new TestbedError(
          'DatabaseFailed',
          text(`the backup is larger than ${LARGEST_BYTES} bytes`, `백업이 ${LARGEST_BYTES}바이트를 넘습니다`),
        );
      hash.update(chunk);
      await put(chunk);
    },
    finish: async (about) => {
      const whole: BackupDescription = {
        kind: 'testbed database backup',
        version: 1,
        ...about,
        bytes,
        sha256: hash.digest('hex'),
      };
      await put(Buffer.from(`\n${JSON.stringify(whole)}\n`));
      await handle.sync();
      await handle.close();
      if (
        (await publish(half, file).catch((cause: unknown) => {
          throw unwritable(file, cause);
        })) === 'taken'
      )
        throw taken(file);
      return whole;
    },
    abandon: async () => {
      await handle.close().catch(() => undefined);
      await rm(half, { force: true });
    },
  };
}

export interface Backup {
  readonly about: BackupDescription;
  /** What the database's program reads, at most once. */
  content(): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a backup and compares its content with what it says of itself. Throws BackupRefused for a file that is none, cut short or changed. */
export async function readBackup(file: string, signal: AbortSignal): Promise<Backup> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new TestbedError(
      'BackupRefused',
      text(`cannot read ${file}: ${reasonOf(cause)}`, `${file}을(를) 읽을 수 없습니다: ${reasonOf(cause)}`),
      { cause },
    );
  });
  try {
    const about = await describe(handle, file);
    const hash = createHash('sha256');
    for await (const chunk of contentOf(handle, about.bytes)) {
      signal.throwIfAborted();
      hash.update(chunk);
    }
    if (hash.digest('hex') !== about.sha256)
      throw refused(
        file,
        text(
          'its content is not what its checksum says: it was damaged or changed',
          '내용이 체크섬과 다릅니다. 파일이 손상되었거나 변경되었습니다',
        ),
      );
    return { about, content: () => contentOf(handle, about.bytes), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function describe(handle: FileHandle, file: string): Promise<BackupDescription> {
  const { size } = await handle.stat();
  const length = Math.min(size, LONGEST_DESCRIPTION);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
  const end = buffer.subarray(0, bytesRead);
  const last = end.length < 2 || end.at(-1) !== 0x0a ? -1 : end.lastIndexOf(0x0a, end.length - 2);
  const parsed = description.safeParse(parsedLine(end.subarray(last + 1).toString('utf8')));
  if (last < 0 || !parsed.success)
    throw refused(
      file,
      text(
        'it does not end as a backup does: it is none, or not whole',
        '백업 형식으로 끝나지 않습니다. 백업 파일이 아니거나 일부만 있습니다',
      ),
    );
  if (parsed.data.bytes + (end.length - last) !== size)
    throw refused(
      file,
      text(
        `it holds ${size - (end.length - last)} bytes of the ${parsed.data.bytes} that were written`,
        `기록된 ${parsed.data.bytes}바이트 중 ${size - (end.length - last)}바이트만 있습니다`,
      ),
    );
  return parsed.data;
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function* contentOf(handle: FileHandle, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes;) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK), 0, Math.min(CHUNK, bytes - at), at);
    if (bytesRead === 0) throw new Error(`the file ended after ${at} bytes of ${bytes}`);
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function refused(file: string, why: { en: string; ko: string }): TestbedError {
  return new TestbedError(
    'BackupRefused',
    text(`${file} is not restored: ${why.en}`, `${file}을(를) 복원하지 않았습니다. ${why.ko}`),
    {
      hint: text(
        'give a file that testbed database backup wrote',
        'testbed database backup으로 만든 파일을 지정하세요',
      ),
    },
  );
}
