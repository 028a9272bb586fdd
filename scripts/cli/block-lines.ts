import { styleText } from 'node:util';
import type { Language } from '../../errors';
import { displayWidth, padColumns } from './display-width';
import { escapeLine, escapeLines } from './foreign-text';
import type { Block, Cell, Tone } from './view';

/** How text is written for one reader. */
export interface Style {
  readonly language: Language;
  readonly colour: boolean;
}

const COLOURS = { good: 'green', bad: 'red', warn: 'yellow', soft: 'dim', strong: 'bold' } as const;

/** `words` in the tone's colour where colours are wanted. */
export function paint(tone: Tone, words: string, style: Style): string {
  // The decision was made from the stream and NO_COLOR already, so styleText must not look again.
  return style.colour ? styleText(COLOURS[tone], words, { validateStream: false }) : words;
}

/** The text of `blocks` for one reader, ending with a line feed; empty without blocks. */
export function blockText(blocks: readonly Block[], style: Style): string {
  return blocks
    .map((block, at) => {
      // What has rows of its own stands apart from what is above it.
      const gap = at > 0 && (block.kind === 'facts' || block.kind === 'table') ? '\n' : '';
      return `${gap}${oneBlock(block, style).join('\n')}\n`;
    })
    .join('');
}

function oneBlock(block: Block, style: Style): readonly string[] {
  switch (block.kind) {
    case 'line':
      return [padded(block.cell, 0, style)];
    case 'document':
      return [escapeLines(block.content).replace(/\n$/, '')];
    case 'facts': {
      const width = Math.max(0, ...block.rows.map(([label]) => displayWidth(label[style.language])));
      return block.rows.map(([label, value]) => {
        const name = paint('soft', padColumns(label[style.language], width), style);
        return `${name}  ${padded(value, 0, style)}`;
      });
    }
    case 'table': {
      const head = block.columns.map((column): Cell => ({ words: column, tone: 'soft' }));
      const rows = [head, ...block.rows];
      const widths = block.columns.map((_, at) =>
        Math.max(...rows.map((row) => displayWidth(words(row[at] ?? '', style)))),
      );
      // Nothing is filled up behind the last words of a row: trailing spaces wrap on a narrow terminal.
      return rows.map((row) => {
        const last = row.findLastIndex((cell) => words(cell, style) !== '');
        return row
          .slice(0, last + 1)
          .map((cell, at) => padded(cell, at === last ? 0 : (widths[at] ?? 0), style))
          .join('  ');
      });
    }
  }
}

function padded(cell: Cell, width: number, style: Style): string {
  const filled = padColumns(words(cell, style), width);
  return typeof cell === 'object' && 'tone' in cell ? paint(cell.tone, filled, style) : filled;
}

function words(cell: Cell, style: Style): string {
  const bare = typeof cell === 'object' && 'tone' in cell ? cell.words : cell;
  return escapeLine(typeof bare === 'string' ? bare : bare[style.language]);
}
