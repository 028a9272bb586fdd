/** Which writing of a document was seen. Opaque: only the store that gave it can compare it. */
export type Version = string & { readonly __version: unique symbol };

export interface StoredDocument {
  readonly content: Buffer;
  readonly version: Version;
}

/** What a writing that was compared comes to: it holds, or another one was there first and nothing was written. */
export type WriteOutcome = { readonly kind: 'written'; readonly version: Version } | { readonly kind: 'conflict' };

/**
 * Documents with compare-and-set, the one thing that machines share: claims, published states, wrapped keys and records. A directory, a table in PostgreSQL or
 * an S3-compatible bucket. Keys look like `states/tb-x7k2p9` (`[a-z0-9-]` and `/`); a document holds at most 64 MiB. Every method throws StoreUnreachable, StateUnreadable,
 * NoPermission or NoSpace; none waits longer than 30 s, retries included.
 */
export interface DocumentStore {
  /** For people, without a password: a path or a URL. */
  readonly place: string;
  /** Undefined where there is none. Never a part of a document, and never an older one than the last that was written. */
  read(key: string): Promise<StoredDocument | undefined>;
  /** Writes where the document is still the one that was seen, or is still absent. Whole and durable when it resolves. */
  write(key: string, content: Buffer, expected: Version | 'absent'): Promise<WriteOutcome>;
  /** Ends the document where it is still the one that was seen. */
  end(key: string, expected: Version): Promise<'ended' | 'conflict'>;
  /** Keys below a prefix such as `records/`, in order; what is written meanwhile may be missing. */
  list(prefix: string): AsyncIterable<string>;
  close(): Promise<void>;
}
