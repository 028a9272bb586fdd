/** A pattern with one thing wrong. */
export interface PatternMutation {
  readonly what: string;
  readonly pattern: string;
}

/** What finds nothing in any text of a fixture, and what finds itself in every text. */
const NOTHING = '~never~';
const EVERYTHING = '';

/** The pattern that finds nothing and that finds everything; each alternative, anchor and flag left out. */
export function patternMutations(pattern: string): readonly PatternMutation[] {
  return [
    { what: 'finds nothing', pattern: NOTHING },
    { what: 'finds everything', pattern: EVERYTHING },
    ...cuts(pattern).map(({ from, to }) => ({
      what: `without ${pattern.slice(from, to)} at ${from}`,
      pattern: pattern.slice(0, from) + pattern.slice(to),
    })),
  ];
}

interface Cut {
  readonly from: number;
  readonly to: number;
}

/** An escape, a class, the start of a group with its flags, or one character. */
const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[a-z:]+\)?|[\s\S]/gu;

function cuts(pattern: string): readonly Cut[] {
  const found: Cut[] = [];
  /** Where the alternatives of each open group begin; the innermost last. */
  const open: number[][] = [[0]];
  const close = (at: number): void => {
    const starts = open.pop() ?? [];
    if (starts.length < 2) return;
    for (const [index, from] of starts.entries()) {
      const next = starts[index + 1];
      // With the bar behind it; the last one with the bar before it.
      found.push(next === undefined ? { from: from - 1, to: at } : { from, to: next });
    }
  };
  for (const { 0: token, index } of pattern.matchAll(TOKEN)) {
    const after = index + token.length;
    if (token === '^' || token === '$') found.push({ from: index, to: after });
    else if (token.startsWith('(?') && token.endsWith(')')) found.push({ from: index, to: after });
    else if (token.startsWith('(')) open.push([after]);
    else if (token === '|') open.at(-1)?.push(after);
    else if (token === ')') close(index);
  }
  close(pattern.length);
  return found;
}
