import type { Text } from '../../errors';

/** How something is meant, for colours: nothing depends on seeing them. */
export type Tone = 'good' | 'bad' | 'warn' | 'soft' | 'strong';

/** Words in one or in every language, with a tone or without. */
export type Cell = string | Text | { readonly words: string | Text; readonly tone: Tone };

/** What a result looks like to a person: the printer decides on width, colour and language. */
export type Block =
  | { readonly kind: 'line'; readonly cell: Cell }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [label: Text, value: Cell])[] }
  | { readonly kind: 'table'; readonly columns: readonly Text[]; readonly rows: readonly (readonly Cell[])[] }
  /** Text to be piped on as it is, such as a script or a kubeconfig. */
  | { readonly kind: 'document'; readonly content: string };

/** One line. */
export function line(cell: Cell): Block {
  return { kind: 'line', cell };
}

/** Labels with their values below each other. */
export function facts(...rows: readonly (readonly [label: Text, value: Cell])[]): Block {
  return { kind: 'facts', rows };
}

/** A table with its head; columns are as wide as their widest cell. */
export function table(columns: readonly Text[], rows: readonly (readonly Cell[])[]): Block {
  return { kind: 'table', columns, rows };
}

/** Text to be piped on; ends with a line feed. */
export function document(content: string): Block {
  return { kind: 'document', content };
}

/** Words with a tone. */
export function toned(tone: Tone, words: string | Text): Cell {
  return { words, tone };
}
