import { fileURLToPath } from 'node:url';
import { openDirectoryStore } from './directory';
import { wrongStoreUrl } from './store-url';
import type { DocumentStore } from './types';

export interface StoreChoice {
  /** What `TESTBED_STATE` says: `file:///path`, `postgres://...` or `s3://...`. Undefined or empty: the directory. */
  readonly url?: string | undefined;
  /** Where the documents are when no other place was named. */
  readonly directory: string;
  /** Passwords and keys come from here, never from the URL. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Opens the store that a site uses. Throws UsageWrong for a wrong URL, and what the store says when it is opened. */
export async function openStore(choice: StoreChoice): Promise<DocumentStore> {
  const { url: named, directory, environment } = choice;
  if (named === undefined || named === '') return openDirectoryStore(directory);
  const url = parse(named);
  switch (url.protocol) {
    case 'file:':
      return openDirectoryStore(pathOf(url));
    // What only these two need is loaded only for them.
    case 'postgres:':
    case 'postgresql:':
      return (await import('./postgres.js')).openPostgresStore(url, environment);
    case 's3:':
      return (await import('./s3.js')).openS3Store(url, environment);
    default:
      throw wrongStoreUrl(
        `'${url.protocol}' names no kind of store: use file:///path, postgres://user@host/database or s3://bucket/prefix`,
        `'${url.protocol}'은(는) 저장소 종류가 아닙니다. file:///경로, postgres://사용자@호스트/데이터베이스, s3://버킷/접두사 중 하나를 쓰세요`,
      );
  }
}

function parse(named: string): URL {
  try {
    return new URL(named);
  } catch {
    // The text itself stays unsaid: there may be a password in it.
    throw wrongStoreUrl(
      'it is no URL: use file:///path, postgres://user@host/database or s3://bucket/prefix',
      'URL이 아닙니다. file:///경로, postgres://사용자@호스트/데이터베이스, s3://버킷/접두사 중 하나를 쓰세요',
    );
  }
}

function pathOf(url: URL): string {
  if (url.search === '' && url.hash === '')
    try {
      const path = fileURLToPath(url);
      if (path.length > 1) return path.replace(/\/+$/, '');
    } catch {
      // Another host, or a slash in disguise: told below.
    }
  throw wrongStoreUrl(
    `a file URL names one directory of this machine, such as file:///var/lib/testbed/store`,
    `file URL은 이 컴퓨터의 디렉터리 하나를 가리켜야 합니다. 예: file:///var/lib/testbed/store`,
  );
}
