import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TestbedError, isNoSpace, noSpace, reasonOf, text } from '../errors';
import { writeWhole } from '../host/atomic-file';
import { hasErrorCode } from '../host/error-code';
import { seal, sealedKey, unseal } from './sealing';
import { requireStackName } from './stack-name';

const KEY_BYTES = 32;
const wrapped = sealedKey.extend({ version: z.literal(1) });

export interface DataKeys {
  /** The stack's data key in base64; made at the first call. Throws StateUnreadable. */
  forStack(name: string): Promise<string>;
  /** Forgets the stack's key: what it encrypted can never be read again. */
  end(name: string): Promise<void>;
}

/**
 * One random key a stack, wrapped by the site's key (AES-256-GCM, bound to the stack's name). The site's key is a file of its own,
 * mode 0600, made once. Losing it loses every secret in the states; the testbeds themselves can still be ended.
 */
export function openDataKeys(options: { readonly directory: string }): DataKeys {
  const { directory } = options;
  const fileOf = (name: string): string => join(directory, `${requireStackName(name)}.key`);
  return {
    async forStack(name) {
      makeFolder(directory);
      const siteKey = readSiteKey(directory);
      const file = fileOf(name);
      const content = createOnce(file, () =>
        JSON.stringify({ version: 1, ...seal(randomBytes(KEY_BYTES), siteKey, name) }),
      );
      return unwrap(content, siteKey, name, file).toString('base64');
    },
    async end(name) {
      rmSync(fileOf(name), { force: true });
    },
  };
}

function readSiteKey(directory: string): Buffer {
  const file = join(directory, 'site.secret');
  const key = Buffer.from(createOnce(file, () => randomBytes(KEY_BYTES).toString('base64')).trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw unreadable(file, new Error(`it holds ${key.length} bytes instead of ${KEY_BYTES}`));
  return key;
}

/** The file's content; made whole and at once when it is missing, so that two processes at the same time agree on one. */
function createOnce(file: string, content: () => string): string {
  const present = readIfThere(file);
  if (present !== undefined) return present;
  try {
    writeWhole(file, content(), { durable: true, existing: 'keep' });
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(file, cause) : unreadable(file, cause);
  }
  const made = readIfThere(file);
  if (made === undefined) throw unreadable(file, new Error('it vanished'));
  return made;
}

function makeFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(directory, cause) : unreadable(directory, cause);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT')) return undefined;
    throw unreadable(file, cause);
  }
}

function unwrap(content: string, siteKey: Buffer, name: string, file: string): Buffer {
  try {
    return unseal(wrapped.parse(JSON.parse(content)), siteKey, name);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): TestbedError {
  return new TestbedError(
    'StateUnreadable',
    text(
      `cannot read the key file ${file}: ${reasonOf(cause)}`,
      `키 파일 ${file}을(를) 읽을 수 없습니다: ${reasonOf(cause)}`,
    ),
    {
      cause,
      hint: text(
        'restore the folder of keys from its backup; without it the secrets in the state cannot be read',
        '키 폴더를 백업에서 복구하세요. 키가 없으면 상태에 담긴 비밀 값을 읽을 수 없습니다',
      ),
    },
  );
}
