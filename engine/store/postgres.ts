import { Pool, type QueryResultRow } from 'pg';
import { z } from 'zod';
import { TestbedError, isTestbedError, reasonOf, text } from '../../errors';
import { MAX_DOCUMENT_BYTES } from './document';
import { readPostgresUrl, type PostgresPlace } from './postgres-options';
import { AnswerLost, REQUEST_MS, openRegisterStore, type Cell, type Held, type Register } from './register';
import { documentUnreadable, storeForbidden, storeUnreachable } from './store-errors';
import type { DocumentStore } from './types';

const CONNECT_MS = 4000;
const STATEMENT_MS = 9000;

const cell = z.object({
  nonce: z.string(),
  lineage: z.array(z.string()),
  ended: z.boolean(),
  content: z.instanceof(Buffer),
});

/**
 * Documents in a table of PostgreSQL, which is made where it is missing. The server has to be the primary, with its default `synchronous_commit`.
 * Throws UsageWrong for a wrong URL; nothing is connected before the first call.
 */
export function openPostgresStore(url: URL, environment: Readonly<Record<string, string | undefined>>): DocumentStore {
  return openRegisterStore(new Table(readPostgresUrl(url, environment)));
}

class Table implements Register {
  readonly place: string;
  readonly #table: string;
  readonly #pool: Pool;
  #found = false;
  #closed: Promise<void> | undefined;

  constructor({ place, table, connection }: PostgresPlace) {
    this.place = place;
    this.#table = table;
    this.#pool = new Pool({
      ...connection,
      max: 2,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: 10_000,
      statement_timeout: STATEMENT_MS,
      query_timeout: REQUEST_MS - CONNECT_MS,
      application_name: 'testbed',
      keepAlive: true,
      allowExitOnIdle: true,
    });
    // A connection that breaks while nobody uses it: the next call makes another one.
    this.#pool.on('error', () => undefined);
  }

  async prepare(): Promise<void> {
    if (this.#found) return;
    const [state] = await this.#query('select to_regclass($1) is not null as found, pg_is_in_recovery() as standby', [
      this.#table,
    ]);
    const { found, standby } = z.object({ found: z.boolean(), standby: z.boolean() }).parse(state);
    if (standby) throw new AnswerLost(new Error('the server is a standby, which takes no writings'));
    if (!found)
      await this.#query(
        // C: keys are compared byte by byte, whatever the database's language.
        `create table if not exists ${this.#table} (
           key text collate "C" primary key, nonce text not null, lineage text[] not null, ended boolean not null, content bytea not null,
           written_at timestamptz not null default now())`,
        [],
      );
    this.#found = true;
  }

  async load(key: string): Promise<Held | undefined> {
    await this.prepare();
    const [row] = await this.#query(
      `select nonce, lineage, ended, case when length(content) <= ${MAX_DOCUMENT_BYTES} then content end as content
         from ${this.#table} where key = $1`,
      [key],
    );
    if (row === undefined) return undefined;
    const parsed = cell.safeParse(row);
    if (!parsed.success)
      throw documentUnreadable(`${key} of ${this.place}`, new Error('its row was not made by testbed'));
    return { ...parsed.data, tag: parsed.data.nonce };
  }

  async swap(key: string, next: Cell, seen: Pick<Held, 'nonce'> | undefined): Promise<string | undefined> {
    const values = [key, next.nonce, next.lineage, next.ended, next.content];
    const rows =
      seen === undefined
        ? await this.#query(
            `insert into ${this.#table} (key, nonce, lineage, ended, content) values ($1, $2, $3, $4, $5)
               on conflict (key) do nothing returning nonce`,
            values,
          )
        : await this.#query(
            `update ${this.#table} set nonce = $2, lineage = $3, ended = $4, content = $5, written_at = now()
               where key = $1 and nonce = $6 returning nonce`,
            [...values, seen.nonce],
          );
    return rows.length === 1 ? next.nonce : undefined;
  }

  async keys(prefix: string): Promise<string[]> {
    await this.prepare();
    // A key has no byte as high as '~'.
    const rows = await this.#query(
      `select key from ${this.#table} where key >= $1 and key < $2 and not ended order by key`,
      [prefix, `${prefix}~`],
    );
    return z
      .array(z.object({ key: z.string() }))
      .parse(rows)
      .map(({ key }) => key);
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    return this.#closed;
  }

  async #query(statement: string, values: readonly unknown[]): Promise<QueryResultRow[]> {
    try {
      return (await this.#pool.query(statement, [...values])).rows;
    } catch (error) {
      throw this.#told(error);
    }
  }

  #told(error: unknown): Error {
    if (isTestbedError(error)) return error;
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    // The driver's own words where a password is asked for and there is none.
    if (/^28|^42501$/.test(code) || /client password must be/.test(reasonOf(error)))
      return storeForbidden(this.place, error, PASSWORD_HINT);
    if (/^53[12]00$/.test(code))
      return new TestbedError(
        'NoSpace',
        text(
          `the store ${this.place} has no room left: ${reasonOf(error)}`,
          `저장소 ${this.place}에 남은 공간이 없습니다: ${reasonOf(error)}`,
        ),
        { cause: error },
      );
    return isFinal(code) ? storeUnreachable(this.place, error) : new AnswerLost(error);
  }
}

const PASSWORD_HINT = text(
  'give the password by PGPASSWORD or a passfile, and let the role create its table or insert, update and select in it',
  '비밀번호를 PGPASSWORD나 passfile로 주고, 역할에 테이블 생성 권한 또는 테이블의 insert, update, select 권한을 주세요',
);

/** What another try would not mend. Lost connections, restarts, full connection limits and races come without a code or with one of those below. */
function isFinal(code: string): boolean {
  // Two who make the table at once: the loser finds it there at its next try.
  const passing = /^(?:08|57|40|55|23505|25006|42P07|42710|53300|XX000)/.test(code);
  const network = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOENT)/.test(code);
  return code !== '' && !passing && !network;
}
