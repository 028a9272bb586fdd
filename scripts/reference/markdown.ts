const GENERATED = '<!-- Made by `npm run generate` from the sources; changes here get lost. -->';

/** A Markdown page from its paragraphs, with the note that it is generated. */
export function page(paragraphs: readonly string[]): string {
  return `${[GENERATED, ...paragraphs].join('\n\n')}\n`;
}

/** `words` as code. */
export function code(words: string): string {
  return `\`${words}\``;
}

/** A table; `|` in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}
