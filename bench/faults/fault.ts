/** Which requests a fault meets; everything that is given must fit. Default: every request. */
export interface Where {
  readonly methods?: readonly string[];
  /** A regular expression over the path, without the query. */
  readonly path?: string;
  /** Only requests that change something: no dry run. */
  readonly writes?: boolean;
  readonly watches?: boolean;
  /** So many that fit are let through first. Default 0. */
  readonly skip?: number;
  /** So many meet the fault then. Default: all. */
  readonly times?: number;
  /** Of those that fit this part meets it, as the seed decides. Default 1. */
  readonly share?: number;
}

export type Hostile = 'not-json' | 'deep' | 'wrong-kind' | 'prototype' | 'huge' | 'redirect';

/** What goes wrong between a client and its API server. */
export type Fault =
  /** The server's answer without that it did anything. */
  | { readonly kind: 'answer'; readonly status: number; readonly reason: string; readonly retryAfterSeconds?: number }
  /** The connection is reset: before the server has the request, or when it has done it and the answer is lost. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'late'; readonly milliseconds: number }
  /** The answer ends after so many bytes of what it promised. */
  | { readonly kind: 'truncated'; readonly bytes: number }
  /** The first answer that was given to this very request, again: a cache that fell behind. */
  | { readonly kind: 'stale' }
  /** Events of a watch from the `after`-th on are swallowed, `drop` of them; then it goes on as if nothing had been. */
  | { readonly kind: 'watch-gap'; readonly after: number; readonly drop: number }
  /** After so many events the server remembers no more. */
  | { readonly kind: 'watch-gone'; readonly after: number }
  /** After so many events the connection breaks. */
  | { readonly kind: 'watch-cut'; readonly after: number }
  | { readonly kind: 'hostile'; readonly answer: Hostile };

export interface FaultRule {
  readonly where: Where;
  readonly fault: Fault;
}

/** One request as a rule sees it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly isWrite: boolean;
  readonly isWatch: boolean;
}

export function seenOf(method: string, url: string): Seen {
  const [path = '', query = ''] = url.split('?', 2);
  const words = new URLSearchParams(query);
  return {
    method,
    path,
    isWrite: method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS' && !words.has('dryRun') && !isQuestion(path),
    isWatch: words.has('watch') && words.get('watch') !== 'false' && words.get('watch') !== '0',
  };
}

/** Reviews are posted and change nothing. */
function isQuestion(path: string): boolean {
  return /\/(?:self)?subject(?:access|rules)?reviews$|\/tokenreviews$/.test(path);
}

/** Decides request by request; counts for each rule by itself, the first that meets it wins. `random` gives numbers from 0 to below 1. */
export function openScript(rules: readonly FaultRule[], random: () => number): (seen: Seen) => Fault | undefined {
  const counted = rules.map((rule) => ({ rule, fitting: 0 }));
  return (seen) => {
    let met: Fault | undefined;
    for (const one of counted) {
      const { where, fault } = one.rule;
      if (!fits(seen, where)) continue;
      one.fitting += 1;
      const turn = one.fitting - (where.skip ?? 0);
      if (turn < 1 || turn > (where.times ?? Infinity)) continue;
      // Asked for in every case: what one rule meets must not shift another's numbers.
      const isHit = random() < (where.share ?? 1);
      if (isHit) met ??= fault;
    }
    return met;
  };
}

function fits(seen: Seen, { methods, path, writes, watches }: Where): boolean {
  return (
    (methods === undefined || methods.includes(seen.method)) &&
    (path === undefined || new RegExp(path).test(seen.path)) &&
    (writes === undefined || writes === seen.isWrite) &&
    (watches === undefined || watches === seen.isWatch)
  );
}
