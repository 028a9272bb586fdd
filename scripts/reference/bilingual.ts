import type { Text } from '../../errors';

/** Both languages on one line, once where they are the same. */
export function both({ en, ko }: Text): string {
  return en === ko ? en : `${en} · ${ko}`;
}

/** The place of a control on the page of its catalogue. */
export function anchorOf(control: string): string {
  return control
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}

/** A sentence that messages have without its capital and full stop. */
export function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}
