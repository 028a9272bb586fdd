import { TestbedError, text, type Text } from '../../errors';

/** `--yes`: given or not. */
export interface SwitchFlag {
  readonly kind: 'switch';
  readonly summary: Text;
  readonly short?: string;
}

/** `--file FILE`: a word that `read` turns into a value; `undefined` when the flag was not given. */
export interface ValueFlag<T> {
  readonly kind: 'value';
  readonly summary: Text;
  readonly short?: string;
  /** Stands for the value in help: `FILE`. */
  readonly placeholder: string;
  readonly choices?: readonly string[];
  /** What holds when the flag is not given, as help shows it. */
  readonly fallback?: string;
  /** Lets a shell complete the names of files. */
  readonly file?: boolean;
  /** Throws UsageWrong. */
  readonly read: (given: string | undefined, flag: string) => T;
}

/** `NAME`: a word without a dash. */
export interface Positional<T> {
  readonly summary: Text;
  readonly required: boolean;
  readonly choices?: readonly string[];
  /** All the words after `--`, as they are; the last of a command. */
  readonly rest?: true;
  /** Takes every further word, none of which has a space; the last of a command. `read` gets them parted by one. */
  readonly several?: true;
  readonly read: (given: string | undefined, name: string, rest: readonly string[]) => T;
}

export type Flag = SwitchFlag | ValueFlag<unknown>;

interface Wording {
  readonly summary: Text;
  readonly short?: string;
}

/** A flag without a value. */
export function switchFlag(wording: Wording): SwitchFlag {
  return { kind: 'switch', ...wording };
}

/** A flag with a free word; `undefined` when not given. */
export function wordFlag(
  wording: Wording & { readonly placeholder: string; readonly file?: boolean },
): ValueFlag<string | undefined> {
  return { kind: 'value', ...wording, read: (given) => given };
}

/** A flag with a free word and a default. */
export function wordFlagOr(
  fallback: string,
  wording: Wording & { readonly placeholder: string; readonly file?: boolean },
): ValueFlag<string> {
  return { kind: 'value', ...wording, fallback, read: (given) => given ?? fallback };
}

/** A flag that accepts one of a few words. */
export function choiceFlag<const C extends string>(
  choices: readonly C[],
  fallback: C,
  wording: Wording & { readonly placeholder: string },
): ValueFlag<C> {
  return {
    kind: 'value',
    ...wording,
    choices,
    fallback,
    read: (given, flag) => (given === undefined ? fallback : oneOf(choices, given, `--${flag}`)),
  };
}

/** As `choiceFlag`, without a default. */
export function optionalChoiceFlag<const C extends string>(
  choices: readonly C[],
  wording: Wording & { readonly placeholder: string },
): ValueFlag<C | undefined> {
  return {
    kind: 'value',
    ...wording,
    choices,
    read: (given, flag) => (given === undefined ? undefined : oneOf(choices, given, `--${flag}`)),
  };
}

/** A flag whose word is read by `parse`, which throws UsageWrong. */
export function parsedFlag<T>(
  wording: Wording & { readonly placeholder: string; readonly fallback?: string; readonly file?: boolean },
  parse: (given: string | undefined, flag: string) => T,
): ValueFlag<T> {
  return { kind: 'value', ...wording, read: parse };
}

/** A word that must be given. */
export function requiredWord(summary: Text): Positional<string> {
  return { summary, required: true, read: present };
}

/** A word that may be left out. */
export function optionalWord(summary: Text): Positional<string | undefined> {
  return { summary, required: false, read: (given) => given };
}

/** Any number of words, none too. */
export function severalWords(summary: Text): Positional<readonly string[]> {
  return { summary, required: false, several: true, read: (given) => (given ?? '').split(' ').filter(Boolean) };
}

/** What comes after `--`, at least one word. */
export function restWords(summary: Text): Positional<readonly string[]> {
  return {
    summary,
    required: true,
    rest: true,
    read: (_given, name, rest) => {
      present(rest[0], `-- ${name}`);
      return rest;
    },
  };
}

/** A flag with a whole number. */
export function numberFlag(
  wording: Wording & { readonly placeholder: string; readonly least: number; readonly most: number },
): ValueFlag<number | undefined> {
  const { least, most, ...rest } = wording;
  return {
    kind: 'value',
    ...rest,
    read: (given, flag) => {
      if (given === undefined) return undefined;
      const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
      if (value >= least && value <= most) return value;
      throw new TestbedError(
        'UsageWrong',
        text(
          `--${flag} is '${given}', which is no whole number from ${least} to ${most}`,
          `--${flag} 값 '${given}'은(는) ${least}에서 ${most} 사이의 정수가 아닙니다`,
        ),
      );
    },
  };
}

/** One of a few words that must be given. */
export function requiredChoice<const C extends string>(choices: readonly C[], summary: Text): Positional<C> {
  return {
    summary,
    required: true,
    choices,
    read: (given, name) => oneOf(choices, present(given, name), name.toUpperCase()),
  };
}

/** One of a few words that may be left out. */
export function optionalChoice<const C extends string>(
  choices: readonly C[],
  summary: Text,
): Positional<C | undefined> {
  return {
    summary,
    required: false,
    choices,
    read: (given, name) => (given === undefined ? undefined : oneOf(choices, given, name.toUpperCase())),
  };
}

function present(given: string | undefined, name: string): string {
  // The parser refuses a call without it before; this keeps the type honest.
  if (given === undefined)
    throw new TestbedError(
      'UsageWrong',
      text(`${name.toUpperCase()} is missing`, `${name.toUpperCase()} 인자가 없습니다`),
    );
  return given;
}

function oneOf<C extends string>(choices: readonly C[], given: string, what: string): C {
  const chosen = choices.find((choice) => choice === given);
  if (chosen === undefined)
    throw new TestbedError(
      'UsageWrong',
      text(
        `${what} is '${given}', which is none of ${choices.join(', ')}`,
        `${what} 값 '${given}'은(는) 쓸 수 없습니다. 쓸 수 있는 값: ${choices.join(', ')}`,
      ),
    );
  return chosen;
}
