import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasErrorCode } from '../../host/error-code';
import { wrongStoreUrl } from './store-url';

export interface PasswordAsked {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password of the first line `host:port:database:user:password` that fits, `*` for any, `\` before a `:` or `\` that is meant itself; from
 * PGPASSFILE or ~/.pgpass. Empty where there is none. Throws UsageWrong for a file that others may read.
 */
export function passwordFromFile(
  asked: PasswordAsked,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const file = environment['PGPASSFILE'] ?? join(environment['HOME'] ?? homedir(), '.pgpass');
  let lines: string[];
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw wrongStoreUrl(
        `others may read the passfile ${file}: chmod 600 '${file}'`,
        `passfile ${file}을(를) 다른 사용자가 읽을 수 있습니다. chmod 600 '${file}'을 실행하세요`,
      );
    lines = readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
  const wanted = [asked.host, String(asked.port), asked.database, asked.user];
  for (const line of lines) {
    if (line.startsWith('#')) continue;
    const fields = [...line.matchAll(/((?:[^:\\]|\\.)*)(?::|$)/g)].map(([, field = '']) =>
      field.replace(/\\(.)/g, '$1'),
    );
    const password = fields[4];
    if (password !== undefined && wanted.every((value, index) => fields[index] === '*' || fields[index] === value))
      return password;
  }
  return '';
}
