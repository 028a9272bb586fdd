import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { TestbedError, reasonOf, text, type Text } from '../errors';
import { isThere, publish, taken, unwritable } from './backup-place';

/*
 * A file that a passphrase encrypts, written and read in pieces: one line of JSON that says what it is, then pieces of at most 64 KiB, each sealed by AES-256-GCM.
 * A piece's nonce is its number and whether it is the last one, and its associated data the first line's hash: pieces cannot be changed, left out, put
 * in another order, taken from another file or cut off at the end. The key comes from the passphrase by scrypt with 128 MiB of memory and a salt
 * of the file's own, so no nonce is used twice.
 */
const PIECE = 64 * 1024;
const TAG = 16;
const LONGEST_HEADER = 4096;
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

const header = z.strictObject({
  kind: z.literal('testbed state backup'),
  version: z.literal(1),
  /** RFC 3339. */
  takenAt: z.string(),
  /** Fingerprint of the site's key. */
  site: z.string().regex(/^[0-9a-f]{16}$/),
  documents: z.int().min(0),
  testbeds: z.int().min(0),
  salt: z.base64().length(24),
});

/** What a backup says of itself; anybody can read it, only who has the passphrase can make it. */
export type SealedHeader = z.output<typeof header>;

/**
 * Writes a sealed file whole or not at all, mode 0600. Throws UsageWrong for a name that is taken, NoSpace, NoPermission.
 */
export async function writeSealed(
  file: string,
  about: Omit<SealedHeader, 'kind' | 'version' | 'salt'>,
  passphrase: string,
  content: AsyncIterable<Buffer>,
): Promise<{ readonly header: SealedHeader; readonly bytes: number }> {
  if (await isThere(file)) throw taken(file);
  const salt = randomBytes(16);
  const whole: SealedHeader = { kind: 'testbed state backup', version: 1, ...about, salt: salt.toString('base64') };
  const line = Buffer.from(`${JSON.stringify(whole)}\n`);
  const key = await keyOf(passphrase, salt);
  const half = `${file}.${randomBytes(6).toString('hex')}.half`;
  let handle: FileHandle | undefined;
  try {
    handle = await open(half, 'wx', 0o600);
    let bytes = 0;
    for await (const part of sealed(line, key, content)) {
      await handle.writeFile(part);
      bytes += part.length;
    }
    await handle.sync();
    await handle.close();
    if ((await publish(half, file)) === 'taken') throw taken(file);
    return { header: whole, bytes };
  } catch (cause) {
    await handle?.close().catch(() => undefined);
    if (cause instanceof Error && 'code' in cause && 'syscall' in cause) throw unwritable(file, cause);
    throw cause;
  } finally {
    await rm(half, { force: true });
  }
}

async function* sealed(line: Buffer, key: Buffer, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const bound = createHash('sha256').update(line).digest();
  yield line;
  let number = 0;
  let waiting = Buffer.alloc(0);
  const piece = (plain: Buffer, last: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last)).setAAD(bound);
    number += 1;
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  for await (const part of content) {
    waiting = Buffer.concat([waiting, part]);
    // One piece stays: which is the last is known at the end only.
    let at = 0;
    for (; waiting.length - at > PIECE; at += PIECE) yield piece(waiting.subarray(at, at + PIECE), false);
    waiting = Buffer.from(waiting.subarray(at));
  }
  yield piece(waiting, true);
}

export interface SealedFile {
  readonly header: SealedHeader;
  /** What was sealed, in pieces, from the beginning at each call. Throws BackupRefused at the first that is not as it was written. */
  content(): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

/** Opens a sealed file and its first piece. Throws BackupRefused for what is none, is damaged, or is sealed by another passphrase. */
export async function openSealed(file: string, passphrase: string): Promise<SealedFile> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw refusedFile(
      file,
      text(`it cannot be read: ${reasonOf(cause)}`, `읽을 수 없습니다: ${reasonOf(cause)}`),
      cause,
    );
  });
  try {
    const { line, about } = await readHeader(handle, file);
    const key = await keyOf(passphrase, Buffer.from(about.salt, 'base64'));
    const { size } = await handle.stat();
    const content = (): AsyncGenerator<Buffer> => opened({ handle, file, line, key, size });
    // The first piece tells a wrong passphrase from damage further on.
    for await (const _first of content()) break;
    return { header: about, content, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Opening {
  readonly handle: FileHandle;
  readonly file: string;
  readonly line: Buffer;
  readonly key: Buffer;
  readonly size: number;
}

async function* opened({ handle, file, line, key, size }: Opening): AsyncGenerator<Buffer> {
  const bound = createHash('sha256').update(line).digest();
  for (let at = line.length, number = 0; ; number += 1) {
    const length = Math.min(PIECE + TAG, size - at);
    const last = at + length === size;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(length, 0)), 0, Math.max(length, 0), at);
    if (length < TAG || bytesRead !== length) throw cut(file, size);
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last), { authTagLength: TAG })
      .setAAD(bound)
      .setAuthTag(buffer.subarray(length - TAG));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(buffer.subarray(0, length - TAG)), decipher.final()]);
    } catch (cause) {
      throw number === 0 ? wrongOrDamaged(file, cause) : damaged(file, at, cause);
    }
    yield plain;
    if (last) return;
    at += length;
  }
}

async function readHeader(handle: FileHandle, file: string): Promise<{ line: Buffer; about: SealedHeader }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_HEADER), 0, LONGEST_HEADER, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
  const line = Buffer.from(buffer.subarray(0, end + 1));
  const parsed = header.safeParse(parsedLine(line));
  if (parsed.success) return { line, about: parsed.data };
  throw refusedFile(
    file,
    text('it does not begin as a backup of the state does', '상태 백업 형식으로 시작하지 않습니다'),
    parsed.error,
  );
}

function parsedLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** 12 bytes: a number of 8, then whether it is the last piece. */
function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 0);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

export function refusedFile(file: string, why: Text, cause?: unknown): TestbedError {
  return new TestbedError(
    'BackupRefused',
    text(`${file} is not restored: ${why.en}`, `${file}을(를) 복원하지 않았습니다. ${why.ko}`),
    {
      ...(cause === undefined ? {} : { cause }),
      hint: text(
        'give a file that testbed state backup wrote, and its passphrase',
        'testbed state backup으로 만든 파일과 해당 암호문을 지정하세요',
      ),
    },
  );
}

function wrongOrDamaged(file: string, cause: unknown): TestbedError {
  return refusedFile(
    file,
    text(
      'the passphrase is another one, or its beginning was changed',
      '암호문이 다르거나 파일의 앞부분이 변경되었습니다',
    ),
    cause,
  );
}

function damaged(file: string, at: number, cause: unknown): TestbedError {
  return refusedFile(
    file,
    text(`it was changed or cut short at byte ${at} or after it`, `${at}바이트 이후가 변경되었거나 잘렸습니다`),
    cause,
  );
}

function cut(file: string, size: number): TestbedError {
  return refusedFile(file, text(`it was cut short at ${size} bytes`, `${size}바이트에서 잘렸습니다`));
}
