import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';

export interface Readme {
  /** What each block marked `sh` holds. */
  readonly blocks: readonly (readonly ReadmeCommand[])[];
  /** Blocks without a mark: screens, as they are printed. */
  readonly screens: readonly string[];
}

export interface ReadmeCommand {
  /** As one types it. */
  readonly command: string;
  /** Behind ` # `; empty where nothing is said. */
  readonly remark: string;
  /** Where the remark begins, from 0; -1 without one. */
  readonly column: number;
}

/** Reads a README: its fenced blocks of commands and of screens. Throws where a fence is not closed or is marked otherwise. */
export function readReadme(name: string): Readme {
  const blocks: ReadmeCommand[][] = [];
  const screens: string[] = [];
  let open: { readonly mark: string; readonly lines: string[] } | undefined;
  for (const line of readFileSync(join(packageRoot(), name), 'utf8').split('\n')) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === undefined) open = { mark: line.slice(3), lines: [] };
    else {
      if (open.mark === 'sh') blocks.push(open.lines.filter((one) => one.trim() !== '').map(commandOf));
      else if (open.mark === '') screens.push(`${open.lines.join('\n')}\n`);
      else throw new Error(`${name} has a block marked '${open.mark}': sh for commands, nothing for a screen`);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${name} has a block that does not end`);
  return { blocks, screens };
}

function commandOf(line: string): ReadmeCommand {
  const column = line.indexOf(' # ');
  return column === -1
    ? { command: line.trim(), remark: '', column: -1 }
    : { command: line.slice(0, column).trim(), remark: line.slice(column + 3), column: column + 1 };
}
