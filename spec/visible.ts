/** What a terminal would act on, hide or confuse with a plain space: controls, bidi and zero-width marks, odd spaces, unassigned. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** `U+202E` */
export function codePointName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The text with everything unseen spelled out (`<U+202E>`), so that it can be shown anywhere without acting. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `<${codePointName(character)}>`);
}

/** Whether `visible` would change the text. */
function hasUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0;
}

/** The first unseen character, if there is one. */
export function firstUnseen(text: string): string | undefined {
  return text.match(UNSEEN)?.[0];
}

const QUOTED_CHARACTERS = 48;

/** A value in quotes for a message: unseen characters spelled out, long ones cut after 48 characters. */
export function quoted(value: string): string {
  const characters = Array.from(value.slice(0, 2 * QUOTED_CHARACTERS + 2));
  const short =
    characters.length > QUOTED_CHARACTERS ? `${characters.slice(0, QUOTED_CHARACTERS).join('')}…` : characters.join('');
  return `'${visible(short)}'`;
}

/** The longest path that systems take. */
const PATH_CHARACTERS = 4096;

/** A path in quotes for a message: whole, so that it can be found; unseen characters spelled out. */
export function quotedPath(path: string): string {
  return `'${visible(path.slice(0, PATH_CHARACTERS))}'`;
}

/** One character for a message: itself where ASCII shows it, with its code point where eyes could be deceived. */
export function shownCharacter(character: string): string {
  if (/^[!-~]$/.test(character)) return `'${character}'`;
  return hasUnseen(character) || character === ' '
    ? codePointName(character)
    : `'${character}' (${codePointName(character)})`;
}
