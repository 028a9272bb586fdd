import { open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { TestbedError, reasonOf, text } from '../errors';
import type { Surroundings } from './surroundings';

const SHORTEST = 12;
const LONGEST_FILE = 4096;

/**
 * The passphrase of a backup: the first line of a file, or asked for at a terminal where none is named (twice for a new one). Throws UsageWrong for one that is too short or a file that
 * cannot be read, SiteKeyRefused for a file that others may read.
 */
export async function readPassphrase(
  file: string | undefined,
  use: 'new' | 'known',
  surroundings: Pick<Surroundings, 'cwd' | 'askSecret'>,
): Promise<string> {
  const given = file === undefined ? await asked(use, surroundings) : await firstLine(file, surroundings.cwd);
  if (use === 'known' || given.length >= SHORTEST) return given;
  throw new TestbedError(
    'UsageWrong',
    text(
      `the passphrase has fewer than ${SHORTEST} characters; it guards every password of the site`,
      `암호문이 ${SHORTEST}자보다 짧습니다. 사이트의 모든 비밀번호를 보호하는 암호문입니다`,
    ),
    {
      hint: text(
        'use some words, or: openssl rand -base64 24',
        '여러 단어를 쓰거나 다음을 실행하세요: openssl rand -base64 24',
      ),
    },
  );
}

async function asked(use: 'new' | 'known', { askSecret }: Pick<Surroundings, 'askSecret'>): Promise<string> {
  if (askSecret === undefined)
    throw new TestbedError(
      'UsageWrong',
      text('a passphrase is needed and there is no terminal to ask at', '암호문이 필요하지만 물어볼 터미널이 없습니다'),
      { hint: text('give it in a file: --passphrase-file FILE', '파일로 지정하세요: --passphrase-file 파일') },
    );
  const first = await askSecret(text('passphrase of the backup', '백업 암호문'));
  if (use === 'known' || (await askSecret(text('once more', '한 번 더 입력'))) === first) return first;
  throw new TestbedError('UsageWrong', text('the two passphrases differ', '두 암호문이 서로 다릅니다'));
}

async function firstLine(named: string, cwd: string): Promise<string> {
  const file = isAbsolute(named) ? named : join(cwd, named);
  try {
    const handle = await open(file, 'r');
    try {
      const about = await handle.stat();
      if (about.isFile() && (about.mode & 0o077) !== 0) throw exposed(file, about.mode);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST_FILE), 0, LONGEST_FILE, null);
      return buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] ?? '';
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof TestbedError) throw cause;
    throw new TestbedError(
      'UsageWrong',
      text(
        `cannot read the passphrase from ${file}: ${reasonOf(cause)}`,
        `${file}에서 암호문을 읽을 수 없습니다: ${reasonOf(cause)}`,
      ),
      { cause },
    );
  }
}

function exposed(file: string, mode: number): TestbedError {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return new TestbedError(
    'SiteKeyRefused',
    text(
      `the passphrase file ${file} is open to others (mode ${octal})`,
      `암호문 파일 ${file}이(가) 다른 사용자에게 열려 있습니다(권한 ${octal})`,
    ),
    { hint: text(`close it: chmod 600 ${file}`, `닫으세요: chmod 600 ${file}`) },
  );
}
